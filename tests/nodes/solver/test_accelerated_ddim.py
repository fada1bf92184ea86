"""Accelerated DDIM against the paper's algorithm, and what it asks."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.solver.accelerated_ddim import accelerated_ddim
from nodes.solver.euler import euler
from tests.nodes.exact_mixture import Mixture, posterior_mean
from tests.nodes.gaussian import Gaussian, context, pure_noise
from tests.nodes.solver.test_heun import at_top


def score(x: Tensor, s: float) -> Tensor:
    """∇ log p of the mixture's x at level s."""
    alpha, sigma = 1 / math.sqrt(1 + s * s), s / math.sqrt(1 + s * s)
    x0 = posterior_mean(x / alpha, torch.full((len(x),), s, dtype=torch.float64))
    return -(x - alpha * x0) / sigma**2


@pytest.mark.parametrize("way", [(3.0, 2.6, 2.1), (0.5, 0.6, 0.75)])
def test_two_steps_are_the_papers(way: tuple[float, float, float]) -> None:
    begin = at_top(6, way[0])
    keep = [1 / (1 + s * s) for s in way]
    before, now = keep[0] / keep[1], keep[1] / keep[2]
    x = (begin.x + (1 - before) / 2 * score(begin.x, way[0])) / math.sqrt(before)
    slope = score(x, way[1])
    back = math.sqrt(before) * (x - (1 - before) / 2 * slope)
    bend = (1 - now) ** 2 / (4 * (1 - before)) * (slope - math.sqrt(before) * score(back, way[0]))
    x = (x + (1 - now) / 2 * slope + bend) / math.sqrt(now)
    levels = Levels(torch.tensor(way, dtype=torch.float64))
    found = solve(Mixture(), accelerated_ddim(), begin, levels, context()).x
    torch.testing.assert_close(found, x, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize(
    ("way", "calls"), [((4.0, 3.0, 2.0, 0.0), 4), ((4.0, 3.0, 2.0, 1.0), 5), ((math.inf, 4.0, 3.0, 2.0, 0.0), 5)]
)
def test_it_asks_twice_where_there_was_a_step_before(way: tuple[float, ...], calls: int) -> None:
    ctx, levels = context(), Levels(torch.tensor(way, dtype=torch.float64))
    begin = pure_noise(2) if math.isinf(way[0]) else at_top(2, way[0])
    end = solve(Gaussian(variance=0.4), accelerated_ddim(), begin, levels, ctx)
    assert ctx.meter.launches == calls
    assert bool(torch.isfinite(end.x).all())


def test_the_step_to_data_is_eulers() -> None:
    levels, begin = Levels(torch.tensor([0.5, 0.0], dtype=torch.float64)), at_top(4, 0.5)
    ends = [solve(Mixture(), solver, begin, levels, context()).x for solver in (accelerated_ddim(), euler())]
    assert torch.equal(ends[0], ends[1])
