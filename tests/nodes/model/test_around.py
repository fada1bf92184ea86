"""A mean-reverting process is a plain one of what is left without its mean: any solver of that is one of the other."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from graphs import InputError, RunContext
from graphs.running.context import Meter
from nodes.codec.around import around as codec_around
from nodes.codec.encode import encode
from nodes.contracts.driving import drive, solve
from nodes.contracts.levels import Levels, alpha_sigma
from nodes.contracts.model import Model
from nodes.contracts.process import Process
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.space import Space
from nodes.decoder.decode import decode
from nodes.levels.karras import karras
from nodes.levels.uniform_time import uniform_time
from nodes.model.around import around
from nodes.model.gaussian import gaussian
from nodes.noise.gaussian import gaussian as noise_gaussian
from nodes.noise.temperature import temperature
from nodes.process.mean_reverting import mean_reverting
from nodes.process.ou_ve import ou_ve
from nodes.process.vp_linear import vp_linear
from nodes.solver.ddim import ddim
from nodes.solver.dpmpp_2m import dpmpp_2m
from nodes.solver.dpmpp_2m_sde import dpmpp_2m_sde
from nodes.solver.heun import heun
from tests.nodes.gaussian import context
from tests.nodes.model.laws import levels, mixture, points, x0_of

MEANS = torch.tensor([[1.5, -0.4], [-2.0, 0.7], [0.1, 3.0]], dtype=torch.float64)
PROCESSES = {
    "mean_reverting": mean_reverting(sigma_inf=0.8),
    "ou_ve": ou_ve(),
    "grad_tts": vp_linear(beta_min=0.05, beta_max=20.0),
}
every_process = pytest.mark.parametrize("process", PROCESSES.values(), ids=PROCESSES)


def sample(x: Tensor, s: float = 0.0) -> Sample:
    rows = Rows.first(4, len(x))
    return Sample(x, torch.full((len(x),), s, dtype=torch.float64), Space("points", tuple(x.shape[1:])), rows)


def run() -> RunContext:
    return RunContext(Meter())


def noise(like: Model, count: int = 3) -> Sample:
    given = noise_gaussian(like, count=count, seed=2)
    return replace(given, x=given.x.double())


def native(process: Process, x: Tensor, s: Tensor, means: Tensor) -> Tensor:
    """The process's own point x_t = μ + √(α² + σ²) of the wire's."""
    scale = process.alpha(s) * torch.sqrt(1 + s.square())
    return means + scale[:, None] * x


def mr_step(model: Model, process: Process, x: Tensor, ends: tuple[Tensor, Tensor], means: Tensor) -> Tensor:
    """The first step of the MR Sampler with the data prediction, its drift written out, in x_t itself."""
    s, t = (float(level) for level in ends)
    (alpha_s, alpha_t) = (float(process.alpha(level)) for level in ends)
    sigma_s, sigma_t = s * alpha_s, t * alpha_t
    h = math.log(s / t) if t else math.inf
    wire = (x - (1 - alpha_s) * means) / alpha_s / math.sqrt(1 + s * s)
    x0 = x0_of(model, wire, s)
    drift = means * (1 - sigma_t / sigma_s + sigma_t / sigma_s * alpha_s - alpha_t)
    return sigma_t / sigma_s * x + drift - alpha_t * math.expm1(-h) * x0


@every_process
def test_any_solver_of_what_is_left_is_one_of_the_mean_reverting_process(process: Process) -> None:
    model = mixture()
    grid = uniform_time(process, num_inference_steps=9)
    left = around(model, sample(MEANS))
    states = list(drive(left, ddim(eta=0.0), noise(left), grid, context()))
    x = native(process, states[0].x, states[0].s, MEANS)
    for before, after in zip(grid.s[:-1], grid.s[1:], strict=True):
        x = mr_step(model, process, x, (before, after), MEANS)
    found = decode(replace(states[-1].guess(), x=states[-1].x), codec_around(sample(MEANS)), run=run()).x
    torch.testing.assert_close(found, x, rtol=0, atol=1e-12)


@pytest.mark.parametrize("make", [heun, dpmpp_2m, lambda: dpmpp_2m_sde(eta=1.0)], ids=["heun", "2m", "2m_sde"])
def test_solvers_of_x0_and_eps_do_not_feel_a_mean(make: Callable[[], Solver]) -> None:
    """In y = x0 + s ε the mean only shifts: around it, and in the points themselves, the same samples."""
    model, codec = mixture(), codec_around(sample(MEANS))
    grid = karras(num_inference_steps=7, sigma_max=3.0)
    left = around(model, sample(MEANS))
    start = sample(points(3), 3.0)
    begun = replace(start, x=encode(start, codec, run=run()).x, space=left.space)
    found = decode(solve(left, make(), begun, grid, context()), codec, run=run())
    expected = solve(model, make(), start, grid, context())
    torch.testing.assert_close(found.x, expected.x, rtol=0, atol=1e-12)


@every_process
def test_the_flow_of_a_gaussian_is_exact(process: Process) -> None:
    """x_t has the law N(α m + (1 − α) μ, α² v + σ²), and the flow keeps the place in it."""
    exact = gaussian(mean=(0.4, -1.0), std=(0.3,))
    left = around(exact, sample(MEANS))
    start = noise(left)
    first = uniform_time(process, num_inference_steps=1).s[:1]
    alpha = float(process.alpha(first))
    sigma = float(first) * alpha
    x = MEANS + sigma * start.x
    place = (x - alpha * torch.tensor([0.4, -1.0]).double() - (1 - alpha) * MEANS) / math.hypot(alpha * 0.3, sigma)
    fine = Levels(torch.cat([first, karras(num_inference_steps=160, sigma_max=float(first), sigma_min=1e-4).s[1:]]))
    ended = decode(solve(left, heun(), start, fine, context()), codec_around(sample(MEANS)), run=run())
    torch.testing.assert_close(ended.x, torch.tensor([0.4, -1.0]).double() + 0.3 * place, rtol=0, atol=2e-3)


@pytest.mark.parametrize("s", [0.0, 0.3, 5.0, math.inf])
def test_the_model_of_what_is_left_is_exact_at_every_level(s: float) -> None:
    """What is left of a Gaussian without μ is the Gaussian of the mean m − μ."""
    left = around(gaussian(mean=(0.4, -1.0), std=(0.3, 2.0)), sample(MEANS[:1]))
    known = gaussian(mean=(0.4 - 1.5, -1.0 + 0.4), std=(0.3, 2.0))
    torch.testing.assert_close(x0_of(left, points(), s), x0_of(known, points(), s), rtol=0, atol=1e-12)


def test_each_row_has_the_mean_of_its_origin() -> None:
    left = around(mixture(), sample(MEANS[:2]))
    x, s = points(5), 0.7
    alpha, _ = alpha_sigma(levels(s, x))
    means = MEANS[torch.arange(5) % 2]
    expected = x0_of(mixture(), x + alpha[:, None] * means, s) - means
    torch.testing.assert_close(x0_of(left, x, s), expected, rtol=0, atol=1e-14)


@pytest.mark.parametrize("s", [0.0, 0.7, math.inf])
def test_the_codec_comes_back_at_every_level(s: float) -> None:
    codec, there = codec_around(sample(MEANS)), sample(points(3), s)
    back = decode(encode(there, codec, run=run()), codec, run=run())
    assert (back.space.event, back.space.codec) == (there.space.event, None)
    torch.testing.assert_close(back.x, there.x, rtol=0, atol=1e-14)


def test_the_residuals_of_one_mean_are_no_others() -> None:
    left = encode(sample(points(3)), codec_around(sample(MEANS)), run=run())
    with pytest.raises(InputError, match="not the codec's"):
        decode(left, codec_around(sample(MEANS + 1)), run=run())


def test_a_temperature_narrows_where_samples_start() -> None:
    start = noise(gaussian())
    assert torch.equal(temperature(start, temperature=1.0).x, start.x)
    torch.testing.assert_close(temperature(start, temperature=4.0).x, start.x / 2, rtol=0, atol=1e-15)
    with pytest.raises(InputError, match="pure noise"):
        temperature(sample(points()))


def test_a_cold_start_of_one_gaussian_is_a_narrower_one() -> None:
    """The flow is affine for Gaussian data: the samples' deviation from their mean shrinks by √τ."""
    exact = gaussian(mean=(0.0, 0.0), std=(0.3,))
    left = around(exact, sample(MEANS[:1]))
    grid = uniform_time(vp_linear(beta_min=0.05), num_inference_steps=10)
    start = noise(left)
    warm = solve(left, heun(), start, grid, context()).x
    still = solve(left, heun(), replace(start, x=0 * start.x), grid, context()).x
    cold = solve(left, heun(), temperature(start, temperature=2.25), grid, context()).x
    torch.testing.assert_close(cold - still, (warm - still) / 1.5, rtol=0, atol=1e-12)


def test_wrong_means_are_refused() -> None:
    with pytest.raises(InputError, match="no clean points"):
        around(mixture(), sample(MEANS, 1.0))
    with pytest.raises(InputError, match="another space"):
        around(gaussian(mean=(0.0,)), sample(MEANS))
    with pytest.raises(InputError, match="another space"):
        encode(sample(points(3)[:, :1]), codec_around(sample(MEANS)), run=run())
