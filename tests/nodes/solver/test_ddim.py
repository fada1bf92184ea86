"""DDIM and ancestral sampling against their formulas and closed forms."""

from __future__ import annotations

import math
from itertools import pairwise
from statistics import NormalDist

import pytest
import torch
from torch import Tensor

from nodes.contracts.driving import solve
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.levels import Levels
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.state import State
from nodes.levels.karras import karras
from nodes.levels.uniform_log_snr import uniform_log_snr
from nodes.solver.ancestral import Ancestral, ancestral
from nodes.solver.ddim import Ddim, ddim
from nodes.solver.euler import Euler, euler
from tests.nodes.gaussian import Gaussian, context, pure_noise

VARIANCE = 0.25
STEP_DOWN = (3.0, 1.2)


def state_at(s: float, count: int = 6) -> State:
    """Some points at a level."""
    noise = pure_noise(count)
    return State.at(noise, noise.x, torch.full((count,), s, dtype=torch.float64))


def levels_of(*s: float) -> Levels:
    """Levels as they are listed."""
    return Levels(torch.tensor(s, dtype=torch.float64))


def kernel_of(solver: Ddim | Ancestral, s: float, s_next: float, model: Gaussian) -> GaussianKernel:
    """The law of one step."""
    return solver.kernel(model, state_at(s), torch.full((6,), s_next, dtype=torch.float64), context())


def noises(x: Tensor, s: float, model: Gaussian) -> tuple[Tensor, Tensor]:
    """x0 and ε of the normal law, written out."""
    y = x * math.sqrt(1 + s * s)
    x0 = (model.variance * y + s * s * model.mean) / (model.variance + s * s)
    return x0, (y - x0) / s


def test_an_euler_step_is_the_exponential_step_of_the_specification() -> None:
    """x' = (σ'/σ) x − α' expm1(−h) m, h = λ' − λ."""
    (s, then), model = STEP_DOWN, Gaussian(0.3, VARIANCE)
    state = state_at(s)
    x0, _ = noises(state.x, s, model)
    ratio = (then / math.sqrt(1 + then**2)) / (s / math.sqrt(1 + s**2))
    expected = ratio * state.x - math.expm1(-math.log(s / then)) / math.sqrt(1 + then**2) * x0
    reached = Euler().step(model, state, torch.full((6,), then, dtype=torch.float64), context())
    torch.testing.assert_close(reached.x, expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("eta", [0.3, 1.0])
def test_the_law_of_a_step_is_equation_12(eta: float) -> None:
    (s, then), model = STEP_DOWN, Gaussian(0.3, VARIANCE)
    kernel = kernel_of(Ddim(eta), s, then, model)
    before, after = 1 / (1 + s * s), 1 / (1 + then * then)  # ᾱ
    std = eta * math.sqrt((1 - after) / (1 - before)) * math.sqrt(1 - before / after)
    x0, eps = noises(state_at(s).x, s, model)
    torch.testing.assert_close(kernel.mean, math.sqrt(after) * x0 + math.sqrt(1 - after - std**2) * eps)
    torch.testing.assert_close(kernel.std, torch.full((6,), std, dtype=torch.float64))


@pytest.mark.parametrize("eta", [0.2, 1.0, 1.3])
def test_ancestral_is_a_step_of_euler_to_s_down_and_s_up_of_noise(eta: float) -> None:
    """In y = x √(1 + s²), as k-diffusion has it: y' = y + (s_down − s) ε + s_up z."""
    (s, then), model = STEP_DOWN, Gaussian(0.3, VARIANCE)
    up = min(then, eta * math.sqrt(then**2 * (s**2 - then**2) / s**2))
    down = math.sqrt(then**2 - up**2)
    kernel, x = kernel_of(Ancestral(eta), s, then, model), state_at(s).x
    _, eps = noises(x, s, model)
    mean = x * math.sqrt(1 + s**2) + (down - s) * eps
    torch.testing.assert_close(kernel.mean, mean / math.sqrt(1 + then**2))
    torch.testing.assert_close(kernel.std, torch.full((6,), up / math.sqrt(1 + then**2), dtype=torch.float64))


@pytest.mark.parametrize(("s", "then"), [(math.inf, 2.0), (0.5, 0.0), (0.5, 0.7), (0.5, math.inf)])
def test_ancestral_draws_where_the_level_falls_and_does_not_end_and_nowhere_else(s: float, then: float) -> None:
    kernel = kernel_of(Ancestral(1.0), s, then, Gaussian(0.3, VARIANCE))
    assert bool(torch.isfinite(kernel.mean).all())
    assert bool((kernel.std > 0).all()) == (0 < then < s)


def test_ancestral_with_much_eta_renoises_the_predicted_x0() -> None:
    """s_up is s' at the most, and then nothing is left of the old noise: x' = (x0 + s' z)/√(1 + s'²)."""
    (s, then), model = STEP_DOWN, Gaussian(0.3, VARIANCE)
    kernel = kernel_of(Ancestral(5.0), s, then, model)
    x0, _ = noises(state_at(s).x, s, model)
    torch.testing.assert_close(kernel.mean, x0 / math.sqrt(1 + then**2))
    torch.testing.assert_close(kernel.std, torch.full((6,), then / math.sqrt(1 + then**2), dtype=torch.float64))


def test_without_eta_both_are_eulers_bitwise() -> None:
    levels, noise = karras(num_inference_steps=6), pure_noise(3)
    ends = [solve(Gaussian(), solver, noise, levels, context()).x for solver in (euler(), ddim(), ancestral(eta=0.0))]
    assert torch.equal(ends[0], ends[1])
    assert torch.equal(ends[0], ends[2])


def test_for_a_single_point_the_law_is_the_exact_reverse_kernel() -> None:
    """y_u | y_s ~ N(m + (v + u²)/(v + s²)(y − m), (v + u²)(s² − u²)/(v + s²)) with v = 0."""
    (s, u), mean = STEP_DOWN, 0.7
    kernel = kernel_of(Ddim(1.0), s, u, Gaussian(mean, 1e-30))
    y, alpha = state_at(s).x * math.sqrt(1 + s * s), 1 / math.sqrt(1 + u * u)
    torch.testing.assert_close(kernel.mean, alpha * (mean + u * u / (s * s) * (y - mean)))
    expected = alpha * u * math.sqrt(s * s - u * u) / s
    torch.testing.assert_close(kernel.std, torch.full((6,), expected, dtype=torch.float64))


def law_of_chain(s: list[float], variance: float) -> float:
    """The variance at the last level of a chain of exact answers with η = 1, from the exact law at the first."""
    total = variance + s[0] ** 2
    for now, then in pairwise(s):
        pull = variance / (variance + now**2)  # x0 = pull · y
        slope = pull + (then / now) ** 2 * (1 - pull)
        total = slope**2 * total + (then**2 * (now**2 - then**2)) / now**2
    return total


def test_the_moments_of_what_it_draws_are_those_of_the_chain() -> None:
    count, levels = 4000, uniform_log_snr(num_inference_steps=12, sigma_min=0.1, sigma_max=20.0)
    rows = Rows.first(5, count)
    x = torch.randn(count, 1, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    first = float(levels.s[0])
    begun = x * math.sqrt((VARIANCE + first**2) / (1 + first**2))
    noise = Sample(begun, levels.s[0].expand(count), Gaussian(event=(1,)).space, rows)
    end = solve(Gaussian(variance=VARIANCE, event=(1,)), ddim(eta=1.0), noise, levels, context()).x
    expected = law_of_chain(levels.s.tolist(), VARIANCE)
    assert abs(float(end.mean())) < 4 * math.sqrt(expected / count)
    assert float(end.var()) == pytest.approx(expected, abs=4 * expected * math.sqrt(2 / count))


def test_the_law_of_the_chain_comes_to_the_law_of_the_data_at_order_one() -> None:
    errors = [
        abs(law_of_chain(uniform_log_snr(num_inference_steps=steps, sigma_min=0.001).s.tolist(), VARIANCE) - VARIANCE)
        for steps in (80, 160, 320)
    ]
    slopes = [math.log2(errors[0] / errors[1]), math.log2(errors[1] / errors[2])]
    assert slopes == pytest.approx([1.0, 1.0], abs=0.15)


def test_the_density_of_a_step_is_that_of_the_normal_law() -> None:
    kernel = kernel_of(Ddim(1.0), *STEP_DOWN, Gaussian(0.3, VARIANCE))
    x = kernel.sample(context())
    for row, (points, mean, std) in enumerate(zip(x.tolist(), kernel.mean.tolist(), kernel.std.tolist(), strict=True)):
        densities = [NormalDist(at, std).pdf(point) for point, at in zip(points, mean, strict=True)]
        assert float(kernel.log_prob(x)[row]) == pytest.approx(math.log(math.prod(densities)))


def test_numbers_of_draw_are_independent_and_repeat() -> None:
    kernel = kernel_of(Ddim(1.0), *STEP_DOWN, Gaussian())
    assert torch.equal(kernel.sample(context(), 2), kernel.sample(context(), 2))
    assert not bool((kernel.sample(context(), 1) == kernel.sample(context(), 2)).any())


@pytest.mark.parametrize("solver", [euler(), ddim(eta=0.5), ancestral()], ids=["euler", "ddim", "ancestral"])
def test_they_ask_as_often_as_they_say(solver: Solver) -> None:
    ctx = context()
    solve(Gaussian(), solver, pure_noise(3), karras(num_inference_steps=7), ctx)
    assert ctx.meter.launches == solver.calls(7) == 7
    assert ctx.meter.rows == 21


@pytest.mark.parametrize("solver", [euler(), ddim(eta=0.5), ancestral()], ids=["euler", "ddim", "ancestral"])
def test_from_pure_noise_to_data_in_one_step_it_gives_the_mean(solver: Solver) -> None:
    end = solve(Gaussian(2.0), solver, pure_noise(3), levels_of(math.inf, 0.0), context())
    torch.testing.assert_close(end.x, torch.full((3, 2), 2.0, dtype=torch.float64))


def test_up_and_down_again_returns_at_order_one() -> None:
    errors = []
    for steps in (40, 80, 160):
        up = uniform_log_snr(num_inference_steps=steps, sigma_min=0.1, sigma_max=5.0, final_sigmas_type="sigma_min")
        noise = pure_noise(8)
        start = Sample(noise.x, up.s[-1].expand(8), noise.space, noise.rows)
        there = solve(Gaussian(variance=VARIANCE), euler(), start, Levels(up.s.flip(0)), context())
        back = solve(Gaussian(variance=VARIANCE), euler(), there, up, context())
        errors.append(float((back.x - start.x).square().mean().sqrt()))
    slopes = [math.log2(errors[0] / errors[1]), math.log2(errors[1] / errors[2])]
    assert slopes == pytest.approx([1.0, 1.0], abs=0.15)


def test_data_can_be_taken_up_to_pure_noise_by_the_closed_form() -> None:
    """y(s) = y(0) √((v + s²)/v): at s = inf the noise is x0/√v; 0.5 % off after 1500 steps."""
    noise = pure_noise(4)
    data = Sample(noise.x, torch.zeros(4, dtype=torch.float64), noise.space, noise.rows)
    grid = uniform_log_snr(num_inference_steps=1500, sigma_min=1e-3, sigma_max=1e3)
    up = Levels(torch.cat([grid.s.flip(0), torch.tensor([math.inf], dtype=torch.float64)]))
    end = solve(Gaussian(variance=VARIANCE), euler(), data, up, context())
    torch.testing.assert_close(end.x, noise.x / math.sqrt(VARIANCE), rtol=5e-3, atol=1e-6)
