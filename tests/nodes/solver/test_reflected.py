"""Diffusion between walls that reflect: both sums of the kernel, the flow without a term for walls, and folding."""

from __future__ import annotations

import math
from typing import Literal

import pytest
import torch
from torch import Tensor

from graphs import InputError, RunContext
from graphs.running.context import Meter
from nodes.contracts.driving import drive, solve
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.levels import Levels, alpha_sigma
from nodes.contracts.model import Model
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.contracts.state import State
from nodes.exact.reflected import Reflected
from nodes.levels.karras import karras
from nodes.model.reflected import reflected as model_reflected
from nodes.processes.reflection import BOUND, Cube, by_images, by_waves, folded, kernel
from nodes.solver.euler_maruyama import euler_maruyama
from nodes.solver.heun import heun
from nodes.solver.reflected import WalledKernel
from nodes.solver.reflected import reflected as solver_reflected
from tests.nodes.gaussian import context, pure_noise
from tests.nodes.model.laws import x0_of

UNIT = Cube(0.0, 1.0)


def numbers(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def model(points: Tensor, low: float = 0.0, high: float = 1.0) -> Reflected:
    sample = Sample(points, torch.zeros(len(points)).double(), Space("points", (points.shape[1],)), Rows.first(0, 1))
    made = model_reflected(sample, low=low, high=high, run=RunContext(Meter()))
    assert isinstance(made, Reflected)
    return made


def at(model: Model, y: Tensor, s: float) -> Tensor:
    """S² times the score at y."""
    return x0_of(model, y / math.sqrt(1 + s * s), s) - y


def test_points_fold_as_between_two_mirrors() -> None:
    seen = folded(numbers(-0.3, 0.0, 0.4, 1.0, 1.2, 2.0, 2.7, -1.6))
    assert torch.allclose(seen.at, numbers(0.3, 0.0, 0.4, 1.0, 0.8, 0.0, 0.7, 0.4), atol=1e-15)
    assert seen.sign.tolist() == [-1, 1, 1, 1, -1, 1, 1, 1]


@pytest.mark.parametrize("sigma", [0.4, 0.5, 0.65])
def test_images_and_waves_are_one_law(sigma: float) -> None:
    v, centre = torch.linspace(0, 1, 23, dtype=torch.float64), numbers(0.0, 0.17, 0.5, 1.0)[:, None]
    for one, other in zip(by_images(v, centre, numbers(sigma)), by_waves(v, centre, numbers(sigma)), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-11 if sigma >= BOUND else 1e-8)


@pytest.mark.parametrize("sigma", [0.05, 0.3, 0.9, 4.0])
def test_the_kernel_is_a_law_on_the_cube_and_its_pull_the_slope(sigma: float) -> None:
    v = torch.linspace(0, 1, 4001, dtype=torch.float64, requires_grad=True)
    for centre in (0.0, 0.3, 0.95):
        log, pull = kernel(v, numbers(centre), numbers(sigma))
        assert float(torch.trapezoid(log.detach().exp(), v.detach())) == pytest.approx(1, abs=1e-5)
        (slope,) = torch.autograd.grad(log.sum(), v)
        torch.testing.assert_close(pull, sigma**2 * slope, rtol=1e-9, atol=1e-10)


def test_uniform_data_have_no_score() -> None:
    """The midpoints of even cells are as good as uniform wherever the noise is wider than a cell."""
    even = (torch.arange(64, dtype=torch.float64) + 0.5)[:, None] / 64
    y = torch.linspace(-0.4, 1.7, 15, dtype=torch.float64)[:, None]
    for s in (0.05, 0.3, 0.8, 5.0):
        assert float(at(model(even), y, s).abs().max()) < 1e-12


def test_the_score_has_no_normal_part_at_the_walls() -> None:
    exact = model(numbers(0.1, 0.35, 0.8)[:, None])
    for s in (0.1, 0.4, 2.0):
        assert float(at(exact, numbers(0.0, 1.0)[:, None], s).abs().max()) < 1e-13


def test_the_model_is_finite_at_both_ends_in_either_precision() -> None:
    exact, y = model(numbers(0.1, 0.8)[:, None]), numbers(0.3, 0.95)[:, None]
    torch.testing.assert_close(x0_of(exact, y, 0.0), numbers(0.1, 0.8)[:, None], rtol=0, atol=1e-12)
    assert x0_of(exact, y, math.inf).flatten().tolist() == [0.5, 0.5]
    for s in (0.0, 1e-6, 0.3, 1e6, math.inf):
        torch.testing.assert_close(x0_of(exact, y.float(), s).double(), x0_of(exact, y, s), rtol=1e-5, atol=1e-5)


def test_the_flow_keeps_quantiles_and_stays_inside_by_itself() -> None:
    """Without a term for the walls and without folding: from the uniform law at s = 3 to the law at s = 0.1."""
    points = numbers(0.05, 0.4, 0.9)
    exact = model(points[:, None])
    y = torch.linspace(0.02, 0.98, 13, dtype=torch.float64)
    first = numbers(3.0).expand(13)
    start = Sample((y / math.sqrt(10))[:, None], first, exact.space, Rows.first(0, 13))
    grid = Levels(torch.logspace(math.log10(3), -1, 120, dtype=torch.float64))
    grid.s[0] = 3.0
    for state in drive(exact, heun(), start, grid, context()):
        reached = (state.x / alpha_sigma(state.s)[0][:, None])[:, 0]
        assert float(reached.min()) > 0
        assert float(reached.max()) < 1
    line = torch.linspace(0, 1, 20001, dtype=torch.float64)
    density = kernel(line[:, None], points, numbers(0.1)).log.exp().mean(1)
    below = torch.cumsum(density, 0) / density.sum()
    torch.testing.assert_close(below[torch.searchsorted(line, reached)], y, rtol=0, atol=3e-3)


def test_folding_every_step_is_folding_once_at_the_end() -> None:
    """What lies beyond a wall moves as its mirror image."""
    exact = model(torch.rand(5, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1)), -0.5, 2.0)
    noise, grid = pure_noise(40), karras(num_inference_steps=20, sigma_max=6.0)
    always = solve(exact, solver_reflected(heun(), low=-0.5, high=2.0), noise, grid, context()).x
    once = solve(exact, heun(), noise, grid, context()).x
    inside = Cube(-0.5, 2.0)
    torch.testing.assert_close(always, inside.own(folded(inside.unit(once)).at), rtol=0, atol=1e-9)


def inside_the_cube(boundary: Literal["fold", "clip"]) -> Tensor:
    """The points, halfway, of a noisy sampler of even data between −1 and 1."""
    even = 2 * (torch.arange(24, dtype=torch.float64) + 0.5)[:, None] / 24 - 1
    exact = model(even, -1.0, 1.0)
    grid = Levels(torch.linspace(5, 0.5, 11, dtype=torch.float64))
    solver = solver_reflected(euler_maruyama(process="ve"), boundary=boundary)
    states = list(drive(exact, solver, pure_noise(400, (1,)), grid, context()))
    for state in states:
        y = state.x / alpha_sigma(state.s)[0][:, None]
        assert float(y.abs().max()) <= 1 + 1e-12
    return y[:, 0]


def test_what_is_folded_stays_uniform_and_what_is_clipped_gathers_at_the_walls() -> None:
    fold, clip = inside_the_cube("fold"), inside_the_cube("clip")
    assert int((fold.abs() > 1 - 1e-9).sum()) == 0
    assert float((clip.abs() > 1 - 1e-9).double().mean()) > 0.2
    # A uniform law on [−1, 1] has the variance 1/3.
    assert float(fold.square().mean()) == pytest.approx(1 / 3, abs=0.05)
    assert float(clip.square().mean()) > 0.45


def walled(boundary: Literal["fold", "clip"], mean: float, std: float, s: float) -> WalledKernel:
    """A kernel of one coordinate at level s."""
    x, level = numbers(mean)[:, None], numbers(s)
    sample = Sample(x, level, Space("points", (1,)), Rows.first(0, 1))
    state = State.at(sample, x, level)
    inner = GaussianKernel(x, numbers(std), state, state)
    return WalledKernel(x, numbers(std), inner, Cube(-1.0, 1.0), boundary)


@pytest.mark.parametrize(("mean", "std", "s"), [(0.3, 0.05, 0.5), (0.5, 0.7, 1.0), (-2.0, 3.0, 0.2)])
def test_the_law_of_a_folded_step_is_one(mean: float, std: float, s: float) -> None:
    reach = 1 / math.sqrt(1 + s * s)
    x = torch.linspace(-reach, reach, 4001, dtype=torch.float64)
    logs = torch.stack([walled("fold", mean, std, s).log_prob(point[None, None])[0] for point in x[::10]])
    assert float(torch.trapezoid(logs.exp(), x[::10])) == pytest.approx(1, abs=2e-3)
    clipped = walled("clip", mean, std, s)
    logs = torch.stack([clipped.log_prob(point[None, None])[0] for point in x[1:-1:10]])
    ends = sum(float(clipped.log_prob(numbers(end)[:, None]).exp()) for end in (-reach, reach))
    assert float(torch.trapezoid(logs.exp(), x[1:-1:10])) + ends == pytest.approx(1, abs=1e-2)


def test_gradients_of_the_answer_are_right() -> None:
    exact, x = model(numbers(0.1, 0.8)[:, None]), numbers(0.3, 0.6)[:, None].requires_grad_()
    assert torch.autograd.gradcheck(lambda point: x0_of(exact, point, 0.7), (x,))


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(InputError, match="outside the cube"):
        model(numbers(1.2)[:, None])
    with pytest.raises(InputError, match="no inside"):
        solver_reflected(heun(), low=1.0, high=1.0)
