"""Two-sided interpolants: one law at every time, whatever the diffusion, and both ends exact."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from torch import Tensor

from graphs import InputError
from graphs.running.context import Meter
from nodes.contracts.context import Context
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.noise import CounterNoise, Drawing
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.exact.between import Between
from nodes.levels.uniform_time import uniform_time
from nodes.model.interpolant import interpolant as model_interpolant
from nodes.noise.endpoint import endpoint
from nodes.process.flow import flow
from nodes.process.interpolant import interpolant as process_interpolant
from nodes.processes.interpolant import Interpolant, Latent, Way
from nodes.solver.ancestral import ancestral
from nodes.solver.euler import euler
from nodes.solver.heun import heun
from nodes.solver.interpolant import Diffusion
from nodes.solver.interpolant import interpolant as solver_interpolant
from nodes.solver.rk4 import rk4
from tests.nodes.gaussian import context
from tests.nodes.model.laws import x0_of

WAYS: tuple[tuple[Way, Latent], ...] = (
    ("linear", "brownian"),
    ("linear", "sine_squared"),
    ("trigonometric", "brownian"),
)
every_way = pytest.mark.parametrize(("way", "latent"), WAYS)
TARGET, SOURCE = (-1.0, 0.3), (0.8, 0.5)
"""Mean and deviation of both Gaussians."""


def numbers(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def process(way: Way = "linear", latent: Latent = "brownian", strength: float = 0.8) -> Interpolant:
    made = process_interpolant(path=way, gamma=latent, strength=strength)
    assert isinstance(made, Interpolant)
    return made


def two_gaussians(way: Interpolant, *, denoises: bool = False) -> Between:
    made = model_interpolant(
        way,
        target_means=TARGET[:1],
        target_std=TARGET[1:],
        source_means=SOURCE[:1],
        source_std=SOURCE[1:],
        shape=(1,),
        predicts="denoiser" if denoises else "velocity",
    )
    assert isinstance(made, Between)
    return made


def mixtures(way: Interpolant) -> Between:
    made = model_interpolant(
        way,
        target_means=(-1.0, 0.6),
        target_std=(0.3, 0.15),
        source_means=(-0.5, 0.2, 1.4),
        source_std=(0.4,),
        shape=(1,),
    )
    assert isinstance(made, Between)
    return made


def density(exact: Between, x: Tensor, t: Tensor) -> Tensor:
    """The density of x_t [N] written out: the mixture of all pairs."""
    s = exact.way.level(t)
    alpha, beta, gamma = exact.way.alpha(s), exact.way.beta(s), exact.way.gamma(t)
    total = torch.zeros_like(x)
    pairs = list(itertools.product(range(len(exact.target.means)), range(len(exact.source.means))))
    for j, k in pairs:
        mean = alpha * exact.target.means[j] + beta * exact.source.means[k]
        spread = alpha**2 * exact.target.variances[j] + beta**2 * exact.source.variances[k] + gamma**2
        total = total + torch.exp(-0.5 * (x - mean) ** 2 / spread) / torch.sqrt(2 * math.pi * spread)
    return total / len(pairs)


@every_way
def test_the_velocity_carries_the_law_and_the_score_is_its_slope(way: Way, latent: Latent) -> None:
    """∂p/∂t + ∂(b p)/∂x = 0 and score = ∂ log p/∂x, at the interpolant's own point."""
    exact = mixtures(process(way, latent))
    x = torch.linspace(-2, 2, 9, dtype=torch.float64)
    for t in (0.1, 0.45, 0.8):
        time = numbers(t)
        s = exact.way.level(time).expand(9)

        def flux(at: Tensor, s: Tensor = s, time: Tensor = time) -> Tensor:
            return exact.velocity(at[:, None], s)[:, 0] * density(exact, at, time)

        step = 1e-5
        change = (density(exact, x, time + step) - density(exact, x, time - step)) / (2 * step)
        carried = (flux(x + step) - flux(x - step)) / (2 * step)
        assert torch.allclose(change, -carried, rtol=0, atol=1e-5)
        slope = (density(exact, x + step, time).log() - density(exact, x - step, time).log()) / (2 * step)
        assert torch.allclose(exact.expected(x[:, None], s).score[:, 0], slope, rtol=0, atol=1e-7)


@every_way
def test_the_pair_moves_along_the_velocity(way: Way, latent: Latent) -> None:
    """x = α x0 + β ε and b = α' x0 + β' ε at both ends and between."""
    exact = mixtures(process(way, latent))
    for t in (0.0, 0.3, 1.0):
        s = exact.way.level(numbers(t, t))
        alpha, beta, rates = exact.way.alpha(s), exact.way.beta(s), exact.way.rates(numbers(t, t))
        scale = torch.hypot(alpha, beta)[:, None]
        x = numbers(0.4, -1.1)[:, None]
        x0 = x0_of(exact, x / scale, s)
        b = exact.velocity(x, s)
        if t > 0:
            eps = (x - alpha[:, None] * x0) / beta[:, None]
            assert torch.allclose(rates.alpha[:, None] * x0 + rates.sigma[:, None] * eps, b, rtol=0, atol=1e-12)
        else:
            assert torch.allclose(x0, x, rtol=0, atol=1e-13)


def quantile(exact: Between, x: Tensor, t: float) -> Tensor:
    """How much of the law at time t lies below each x [N]."""
    line = torch.linspace(-6, 6, 24001, dtype=torch.float64)
    cumulated = torch.cumsum(density(exact, line, numbers(t)), 0) * (line[1] - line[0])
    return cumulated[torch.searchsorted(line, x)]


@every_way
def test_the_flow_takes_the_source_to_the_target(way: Way, latent: Latent) -> None:
    """On a line the flow keeps quantiles; any solver of flows serves."""
    exact = mixtures(process(way, latent))
    x1 = torch.linspace(-1, 2, 7, dtype=torch.float64)
    clean = Sample(x1[:, None], torch.zeros(7).double(), Space("points", (1,)), Rows.first(0, 7))
    grid = uniform_time(exact.way, num_inference_steps=60)
    found = solve(exact, rk4(), endpoint(clean), grid, context()).x[:, 0]
    assert torch.allclose(quantile(exact, found, 0.0), quantile(exact, x1, 1.0), rtol=0, atol=4e-3)


def test_the_flow_takes_the_target_to_the_source() -> None:
    exact = mixtures(process())
    x0 = torch.linspace(-1.3, 0.8, 5, dtype=torch.float64)
    t = torch.linspace(1e-4, 1, 81, dtype=torch.float64)
    grid = Levels(exact.way.level(t))
    s = grid.s[:1].expand(5)
    start = Sample(x0[:, None], s, Space("points", (1,)), Rows.first(0, 5))
    found = solve(exact, heun(), start, grid, context())
    assert found.s.isinf().all()
    assert torch.allclose(quantile(exact, found.x[:, 0], 1.0), quantile(exact, x0, 0.0), rtol=0, atol=4e-3)


class Impulse(CounterNoise):
    """No noise but in one step for each row, the first row's none at all: the gains of an affine sampler."""

    def normal(self, at: Drawing, purpose: str, draw: int = 0) -> Tensor:
        """1 where the row's number is that of the step and one more."""
        return (at.rows.origin == at.step + 1).to(at.x.dtype)[:, None]


def moments(
    way: Interpolant, steps: int, between: tuple[float, float], epsilon: float, diffusion: Diffusion
) -> tuple[Tensor, Tensor]:
    """Mean and variance of x_t after the steps, exactly, as all of them are affine; and those that it should have."""
    exact, denoiser = two_gaussians(way), two_gaussians(way, denoises=True)
    t = torch.linspace(between[0], between[1], steps + 1, dtype=torch.float64)
    grid = Levels(way.level(t))

    def law(at: int) -> tuple[Tensor, Tensor, Tensor]:
        s = grid.s[at]
        alpha, beta, gamma = way.alpha(s), way.beta(s), way.gamma(t[at])
        spread = alpha**2 * TARGET[1] ** 2 + beta**2 * SOURCE[1] ** 2 + gamma**2
        return alpha * TARGET[0] + beta * SOURCE[0], spread, torch.hypot(alpha, beta)

    mean, spread, scale = law(0)
    count = steps + 2
    x = mean.repeat(count, 1)
    x[-1] += spread.sqrt()
    start = Sample(x / scale, grid.s[:1].expand(count), Space("points", (1,)), Rows.first(0, count))
    solver = solver_interpolant(heun(), denoiser, way, epsilon=epsilon, diffusion=diffusion)
    mean, spread, scale = law(-1)
    found = solve(exact, solver, start, grid, Context(Meter(), Impulse())).x[:, 0] * scale
    reached = torch.stack([found[0], (found[1:] - found[0]).square().sum()])
    return reached, torch.stack([mean, spread])


@pytest.mark.parametrize("diffusion", ["constant", "gamma"])
@pytest.mark.parametrize("epsilon", [0.0, 0.3, 1.5])
@pytest.mark.parametrize("between", [(1.0, 0.0), (1.0, 0.4), (0.05, 1.0)], ids=["down", "halfway", "up"])
def test_every_diffusion_keeps_the_law(between: tuple[float, float], epsilon: float, diffusion: Diffusion) -> None:
    """α² S0 + β² S1 + γ² at every time; what is wrong shrinks with the steps."""
    for way, latent in WAYS[: 2 if diffusion == "constant" else 1]:
        made = process(way, latent)
        (coarse, law), (fine, _) = (moments(made, steps, between, epsilon, diffusion) for steps in (20, 80))
        apart = [float((found - law).abs().max()) for found in (coarse, fine)]
        assert apart[1] < 0.015
        assert apart[1] < max(apart[0] / 2.5, 1e-3)


def test_nothing_is_drawn_at_the_ends_and_without_epsilon() -> None:
    made = process()
    exact, denoiser = two_gaussians(made), two_gaussians(made, denoises=True)
    inner = euler()
    assert solver_interpolant(inner, denoiser, made, epsilon=0.0) is inner
    ctx, solver = context(), solver_interpolant(inner, denoiser, made)
    clean = Sample(numbers(0.3, 0.9)[:, None], torch.zeros(2).double(), Space("points", (1,)), Rows.first(0, 2))
    solve(exact, solver, endpoint(clean), uniform_time(made, num_inference_steps=5), ctx)
    assert ctx.meter.rows == 2 * solver.calls(5) == 2 * (5 + 4)
    still = process(strength=0.0)
    quiet = solver_interpolant(inner, two_gaussians(still, denoises=True), still)
    model, grid = two_gaussians(still), uniform_time(still, num_inference_steps=5)
    found = solve(model, quiet, endpoint(clean), grid, context())
    assert torch.equal(found.x, solve(model, inner, endpoint(clean), grid, context()).x)


def test_the_denoiser_takes_away_the_noise_between() -> None:
    """E[α x0 + β x1 | x_t] of one Gaussian each, by regression."""
    made = process()
    exact, s = two_gaussians(made, denoises=True), made.level(numbers(0.3, 0.3))
    alpha, beta, gamma = 0.7, 0.3, float(made.gamma(numbers(0.3)))
    mean = alpha * TARGET[0] + beta * SOURCE[0]
    signal = alpha**2 * TARGET[1] ** 2 + beta**2 * SOURCE[1] ** 2
    x, scale = numbers(0.2, -0.7)[:, None], math.hypot(alpha, beta)
    expected = mean + signal / (signal + gamma**2) * (x - mean)
    assert torch.allclose(x0_of(exact, x / scale, s) * scale, expected, rtol=0, atol=1e-13)


def test_gradients_of_the_answer_are_right() -> None:
    exact, x = mixtures(process()), numbers(0.3, -2.0)[:, None].requires_grad_()
    assert torch.autograd.gradcheck(lambda point: x0_of(exact, point, 0.7), (x,))


def test_what_does_not_belong_together_is_refused() -> None:
    made = process()
    with pytest.raises(InputError, match="no interpolant"):
        model_interpolant(flow())
    with pytest.raises(InputError, match="no interpolant"):
        solver_interpolant(euler(), two_gaussians(made), flow())
    with pytest.raises(InputError, match="deterministic"):
        solver_interpolant(ancestral(), two_gaussians(made), made)
    with pytest.raises(InputError, match="is 0"):
        model_interpolant(made, target_std=(0.0,))
    with pytest.raises(InputError, match="no clean points"):
        endpoint(Sample(numbers(0.0)[:, None], numbers(1.0), Space("points", (1,)), Rows.first(0, 1)))
