"""Solvers that agree with a measurement: DAPS, DDRM, DDNM+, ILVR and RePaint, against closed forms and recursions."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.operator import Measurement, Operator
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.state import State
from nodes.levels.karras import karras
from nodes.measurement.blur import blur
from nodes.measurement.ddnm import ddnm
from nodes.measurement.fourier_mask import fourier_mask
from nodes.measurement.low_pass import low_pass
from nodes.measurement.mask import mask
from nodes.measurement.super_resolution import super_resolution
from nodes.model.gaussian import gaussian
from nodes.solver.ancestral import ancestral
from nodes.solver.daps import daps
from nodes.solver.ddim import ddim
from nodes.solver.ddnm_plus import ddnm_plus
from nodes.solver.ddrm import ddrm
from nodes.solver.euler import euler
from nodes.solver.ilvr import ilvr
from nodes.solver.repaint import repaint
from tests.nodes.gaussian import Gaussian, context, pure_noise
from tests.nodes.measurement.linear_laws import ONE, matrix_of, posterior_of
from tests.nodes.measurement.toys import Squares, clean
from tests.oracles import Oracle

EVENT = (1, 4, 4)
TRUTH = clean(3, EVENT)
MASK = mask(TRUTH, hidden="left")
STEPS = karras(num_inference_steps=8)
MANY = 48


def ones(count: int) -> Sample:
    """Noise of pictures of numbers that all have the law N(0, 1), each measured as 2 ± 0.5."""
    return pure_noise(count, (1, 8, 8))


WHOLE = mask(clean(1, (1, 8, 8)), fraction=0)
TWO = Measurement(torch.full((1, 1, 8, 8), 2.0, dtype=torch.float64), 0.5)


def sampled(solver: Solver, levels: Levels) -> tuple[float, float]:
    """Mean and deviation of all numbers; the posterior's are 1.6 and 0.4472."""
    x = solve(Gaussian(event=(1, 8, 8)), solver, ones(MANY), levels, context()).x
    return float(x.mean()), float(x.std())


ERROR = 1 / math.sqrt(MANY * 64)


def test_daps_is_exact_on_a_gaussian_at_any_number_of_steps(oracle: Oracle) -> None:
    for levels in (Levels(torch.tensor([math.inf, 1.0, 0.0], dtype=torch.float64)), STEPS):
        mean, deviation = sampled(daps(WHOLE, TWO), levels)
        oracle("solver.daps", "N(0, 1), y = 2 ± 0.5: mean 1.6", abs(mean - 1.6), 4 * 0.4472 * ERROR)
        oracle("solver.daps", "N(0, 1), y = 2 ± 0.5: deviation 0.447", abs(deviation - 0.4472), 3 * 0.4472 * ERROR)


def test_daps_draws_the_whole_posterior_through_an_operator(oracle: Oracle) -> None:
    """Mean and covariance through a blur with noise, of 512 rows."""
    like = clean(1, (1, 2, 4))
    operator, y = blur(like, kernel_size=2, shape="box"), torch.linspace(-1, 2, 8).double().reshape(1, 1, 2, 4)
    noise = pure_noise(512, (1, 2, 4))
    levels = Levels(torch.tensor([math.inf, 1.5, 0.4, 0.0], dtype=torch.float64))
    x = solve(Gaussian(event=(1, 2, 4)), daps(operator, Measurement(y, 0.3)), noise, levels, context()).x.flatten(1)
    eye = torch.eye(8, dtype=torch.float64)
    mean, covariance = posterior_of(matrix_of(operator, (1, 2, 4)), y.flatten(1), 0.3, torch.zeros(8).double(), eye)
    error = (x.mean(0) - mean[0]) / torch.sqrt(covariance.diagonal() / 512)
    oracle("solver.daps", "posterior mean through a blur, in standard errors", float(error.abs().max()), 4)
    oracle("solver.daps", "posterior covariance through a blur", float((x.T.cov() - covariance).abs().max()), 0.2)


def test_langevin_steps_of_daps_reach_what_they_should(oracle: Oracle) -> None:
    levels = Levels(torch.tensor([math.inf, 1.0, 0.0], dtype=torch.float64))
    mean, deviation = sampled(daps(WHOLE, TWO, draw="langevin", langevin_steps=60, step_size=0.1), levels)
    oracle("solver.daps", "Langevin: mean 1.6", abs(mean - 1.6), 4 * 0.4472 * ERROR)
    # Unadjusted steps of δ = 0.2 over the curvature are wider by 1/(1 − 0.05).
    oracle("solver.daps", "Langevin: deviation", abs(deviation / 0.4472 - 1), 0.05)


def recursion(eta: float, levels: list[float]) -> tuple[float, float]:
    """DDRM for N(0, 1), A = 1, y = 2 ± 0.5 in y = x0 + s ε: mean and variance step by step, as its equations say."""
    mean, variance = 0.0, levels[0] ** 2
    for s, after in itertools.pairwise(levels):
        shrink = 1 / (1 + s * s)
        if after < 0.5:
            share = math.sqrt(1 - eta**2) * after / 0.5
            mean = (1 - share) * shrink * mean + share * 2
            variance = ((1 - share) * shrink) ** 2 * variance + (eta * after) ** 2
        else:
            mean, variance = 2.0, after**2 - 0.25
    return mean, math.sqrt(variance)


def test_ddrm_is_as_biased_as_a_second_implementation_says(oracle: Oracle) -> None:
    levels = [*torch.logspace(1.3, -2, 30, dtype=torch.float64).tolist(), 0.0]
    expected = recursion(0.85, levels)
    mean, deviation = sampled(ddrm(WHOLE, TWO), Levels(torch.tensor(levels, dtype=torch.float64)))
    oracle(
        "solver.ddrm",
        f"mean {expected[0]:.3f} (the posterior's is 1.6)",
        abs(mean - expected[0]),
        4 * expected[1] * ERROR,
    )
    oracle("solver.ddrm", f"deviation {expected[1]:.3f} (the posterior's is 0.447)", abs(deviation - expected[1]), 0.01)


@pytest.mark.parametrize("operator", [MASK, super_resolution(TRUTH), fourier_mask(TRUTH), blur(TRUTH, kernel_size=3)])
def test_without_noise_the_sample_agrees_with_the_measurement(operator: Operator, oracle: Oracle) -> None:
    y = operator.apply(TRUTH.x, TRUTH.rows)
    seen = Measurement(y)
    solvers = {
        "solver.ddrm": ddrm(operator, seen),
        "solver.ddnm_plus": ddnm_plus(operator, seen),
        "solver.ilvr": ilvr(euler(), operator, seen),
        "solver.daps": daps(operator, seen),
        "solver.repaint": repaint(ilvr(ancestral(), operator, seen), resamplings=2),
    }
    for name, solver in solvers.items():
        out = solve(Gaussian(0.2, 0.5, EVENT), solver, pure_noise(3, EVENT), STEPS, context()).x
        oracle(name, "σ_y = 0: A x = y", float((operator.apply(out, TRUTH.rows) - y).abs().max()), 1e-9)


def hidden(x: Tensor) -> Tensor:
    """The places that the mask does not see."""
    return x[..., :2]


def test_what_is_not_seen_follows_the_model_where_coordinates_are_by_themselves() -> None:
    model, noise = Gaussian(0.2, 0.5, EVENT), pure_noise(3, EVENT)
    seen = Measurement(MASK.apply(TRUTH.x, TRUTH.rows), 0.2)
    plain = solve(model, ddim(eta=0.85), noise, STEPS, context()).x
    noisy = solve(model, ddnm_plus(MASK, seen), noise, STEPS, context()).x
    torch.testing.assert_close(hidden(noisy), hidden(plain), rtol=0, atol=1e-12)
    put_in = solve(model, ilvr(euler(), MASK, seen), noise, STEPS, context()).x
    torch.testing.assert_close(
        hidden(put_in), hidden(solve(model, euler(), noise, STEPS, context()).x), rtol=0, atol=1e-12
    )


def test_ddrm_that_sees_nothing_is_a_plain_sampler(oracle: Oracle) -> None:
    """η = 0 and all ς = 0 is Euler's method."""
    nothing = mask(TRUTH, fraction=1)
    seen = Measurement(torch.zeros_like(TRUTH.x), 0.1)
    model, noise = Gaussian(0.2, 0.5, EVENT), pure_noise(3, EVENT)
    found = solve(model, ddrm(nothing, seen, eta=0.0), noise, STEPS, context()).x
    plain = solve(model, euler(), noise, STEPS, context()).x
    oracle("solver.ddrm", "all ς = 0 and η = 0: Euler's method", float((found - plain).abs().max()), 1e-12)


def test_ddnm_plus_without_noise_is_ddim_over_the_null_space_method(oracle: Oracle) -> None:
    operator = blur(TRUTH, kernel_size=3)
    seen = Measurement(operator.apply(TRUTH.x, TRUTH.rows))
    model, noise = Gaussian(0.2, 0.5, EVENT), pure_noise(3, EVENT)
    found = solve(model, ddnm_plus(operator, seen, eta=0.6), noise, STEPS, context()).x
    expected = solve(ddnm(model, operator, seen), ddim(eta=0.6), noise, STEPS, context()).x
    oracle(
        "solver.ddnm_plus", "σ_y = 0: solver.ddim over measurement.ddnm", float((found - expected).abs().max()), 1e-9
    )


def test_ddnm_plus_leaves_to_the_model_what_a_noisy_blur_hardly_shows() -> None:
    """Blurred by 0.097 along an axis and by its square at the corner: the one is put in, the other is the model's."""
    operator = blur(TRUTH, kernel_size=3)
    seen = Measurement(operator.apply(TRUTH.x, TRUTH.rows), 0.2)
    model, noise = Gaussian(0.2, 0.5, EVENT), pure_noise(3, EVENT)
    found = torch.fft.fft2(solve(model, ddnm_plus(operator, seen), noise, STEPS, context()).x)
    plain = torch.fft.fft2(solve(model, ddim(eta=0.85), noise, STEPS, context()).x)
    apart = (found - plain).abs().amax((0, 1))
    assert float(apart[2, 2]) < 1e-10
    assert float(apart.flatten()[:10].min()) > 1e-3


def test_ddnm_plus_is_as_biased_as_a_second_implementation_says(oracle: Oracle) -> None:
    """N(0, 1), A = 1, y = 2 ± 0.5, DDPM's posterior step by step; η = 1."""
    levels = torch.logspace(1.3, -2, 30, dtype=torch.float64).tolist()
    alpha = [1 / (1 + s * s) for s in levels] + [1.0]
    mean, variance = 0.0, levels[0] ** 2 * alpha[0]
    for now, after in itertools.pairwise(alpha):
        beta = 1 - now / after
        a = math.sqrt(after) * beta / (1 - now)
        b = math.sqrt(now / after) * (1 - after) / (1 - now)
        up = math.sqrt((1 - after) / (1 - now) * beta)
        share = 1.0 if up >= a * 0.5 else up / (a * 0.5)
        gain = a * (1 - share) * math.sqrt(now) + b
        mean = gain * mean + a * share * 2
        variance = gain**2 * variance + max(up**2 - (a * 0.5) ** 2, 0)
    expected = mean, math.sqrt(variance)
    found = sampled(ddnm_plus(WHOLE, TWO, eta=1.0), Levels(torch.tensor([*levels, 0.0], dtype=torch.float64)))
    # y is one number for all, so its noise is no part of the spread.
    oracle(
        "solver.ddnm_plus", f"mean {expected[0]:.3f} (the posterior's is 1.6)", abs(found[0] - expected[0]), 4 * ERROR
    )
    oracle("solver.ddnm_plus", f"deviation {expected[1]:.3f}", abs(found[1] - expected[1]), 0.01)


def correlated(solver: Solver, seed: int = 0) -> float:
    """How far the hidden of two numbers is from E[b | a = 1] = 0.8, correlated by 0.8."""
    law = gaussian(mean=(0.0, 0.0), covariance=(1.0, 0.8, 0.8, 1.0), shape=(1, 1, 2))
    noise = pure_noise(256, (1, 1, 2), seed)
    levels = Levels(torch.tensor([20.0, 6.0, 3.0, 1.5, 0.8, 0.4, 0.2, 0.1, 0.0], dtype=torch.float64))
    start = Sample(noise.x, noise.s, law.space, noise.rows)
    return abs(float(solve(law, solver, start, levels, context()).x[:, 0, 0, 1].mean()) - 0.8)


def test_resampling_mends_what_projection_gets_wrong(oracle: Oracle) -> None:
    operator = mask(clean(1, (1, 1, 2)), hidden="right")
    seen = Measurement(torch.tensor([1.0, 0.0], dtype=torch.float64).reshape(1, 1, 1, 2))
    once = correlated(ilvr(ancestral(), operator, seen))
    often = correlated(repaint(ilvr(ancestral(), operator, seen), resamplings=8))
    assert once > 0.1, "the projection alone is biased"
    oracle("solver.repaint", "bias of a correlated hidden number, over that without it", often / once, 0.5)


def test_repaint_costs_its_times_and_once_is_the_solver() -> None:
    inner = ancestral()
    assert repaint(inner, resamplings=1) is inner
    ctx = context()
    solve(Gaussian(event=EVENT), repaint(inner, resamplings=3), pure_noise(2, EVENT), STEPS, ctx)
    assert ctx.meter.rows == 2 * (3 * (len(STEPS) - 1) + 1)
    assert ilvr(inner, MASK, Measurement(TRUTH.x), kappa=0) is inner


def test_ilvr_keeps_the_coarse_of_a_picture() -> None:
    operator = low_pass(TRUTH, cutoff=0.5)
    seen = Measurement(operator.apply(TRUTH.x, TRUTH.rows))
    out = solve(Gaussian(event=EVENT), ilvr(ancestral(), operator, seen), pure_noise(3, EVENT), STEPS, context()).x
    torch.testing.assert_close(operator.apply(out, TRUTH.rows), seen.y, rtol=0, atol=1e-12)
    assert float((out - seen.y).abs().max()) > 0.1


def test_what_they_cannot_use_is_refused() -> None:
    with pytest.raises(InputError, match="proximal"):
        daps(Squares(), ONE)
    with pytest.raises(InputError, match="singular values"):
        ddrm(Squares(), ONE)
    with pytest.raises(InputError, match="proximal"):
        ddnm_plus(Squares(), ONE)
    with pytest.raises(InputError, match="never end"):
        daps(MASK, Measurement(TRUTH.x), draw="langevin")


@pytest.mark.parametrize("make", [ddrm, ddnm_plus, daps, lambda operator, seen: ilvr(euler(), operator, seen)])
def test_levels_that_differ_by_place_are_refused(make: Callable[[Operator, Measurement], Solver]) -> None:
    """A place whose level stays would be drawn anew, or mixed with others that moved."""
    s = torch.full((3, 1, 4, 4), 2.0, dtype=torch.float64)
    to = torch.where(torch.arange(4) < 2, s, 1.0)
    noise, seen = pure_noise(3, EVENT), Measurement(TRUTH.x, 0.1)
    state = State.at(Sample(noise.x, s, noise.space, noise.rows), noise.x, s)
    with pytest.raises(InputError, match="differ by place"):
        make(MASK, seen).step(Gaussian(event=EVENT), state, to, context())
