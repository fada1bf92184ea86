"""Dual diffusion implicit bridges (DDIB, arXiv:2203.08382): up by one model, down by another, of existing nodes."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch

from graphs import RunContext
from graphs.running.context import Meter
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.inversion.ddim import ddim as ddim_inversion
from nodes.inversion.exact import exact
from nodes.levels.flip import flip
from nodes.levels.karras import karras
from nodes.solver.ddim import ddim
from nodes.solver.heun import heun
from nodes.solver.o_belm import o_belm
from nodes.solver.rf_solver import rf_solver
from tests.nodes.exact_mixture import Mixture
from tests.nodes.gaussian import Gaussian, context
from tests.nodes.inversion.curved import points, result
from tests.nodes.solver.measuring import BOTTOM, TOP, begin
from tests.nodes.solver.measuring import exact as exactly_down
from tests.oracles import Oracle

SOURCE, TARGET = Gaussian(mean=1.0, variance=0.25), Gaussian(mean=-2.0, variance=0.64)


TOP_LEVEL = 200.0


def transported(sample: Sample) -> torch.Tensor:
    """Up the flow of one law to the first level and down that of the other.

    As that level rises it tends to the optimal transport, m' + √(v'/v) (x − m).
    """
    square = TOP_LEVEL**2
    noise = 1.0 + math.sqrt((0.25 + square) / 0.25) * (sample.x - 1.0)
    return -2.0 + math.sqrt(0.64 / (0.64 + square)) * (noise + 2.0)


def test_from_pure_noise_on_it_is_the_optimal_transport() -> None:
    wanted = -2.0 + math.sqrt(0.64 / 0.25) * (points().x - 1.0)
    torch.testing.assert_close(transported(points()), wanted, rtol=0, atol=0.02)


def by_ddim(levels: Levels) -> Sample:
    """inversion.ddim, then solver.ddim."""
    noise = result(ddim_inversion(points(), SOURCE, levels, run=RunContext(Meter())))
    return solve(TARGET, ddim(), noise, levels, context())


def by_o_belm(levels: Levels) -> Sample:
    """inversion.exact, then the same solver."""
    noise = result(exact(points(), SOURCE, o_belm(), levels, run=RunContext(Meter())))
    return solve(TARGET, o_belm(), Sample(noise.x, noise.s, noise.space, noise.rows), levels, context())


def by_heun(levels: Levels) -> Sample:
    """solver.sample over levels.flip, and down again."""
    noise = solve(SOURCE, heun(), points(), flip(levels), context())
    return solve(TARGET, heun(), noise, levels, context())


@pytest.mark.parametrize(
    ("way", "node", "order"),
    [(by_ddim, "inversion.ddim", 1), (by_o_belm, "solver.o_belm", 2), (by_heun, "solver.heun", 2)],
)
def test_from_one_normal_law_to_another_it_is_the_optimal_transport(
    way: Callable[[Levels], Sample], node: str, order: int, oracle: Oracle
) -> None:
    errors = []
    for steps in (30, 60):
        levels = karras(num_inference_steps=steps, sigma_min=1e-3, sigma_max=TOP_LEVEL)
        errors.append(float((way(levels).x - transported(points())).abs().max()))
    assert errors[1] < errors[0] / 1.6
    oracle(node, "dual bridges between normal laws are the optimal transport", errors[1], 0.4 if order == 1 else 0.01)


@pytest.mark.parametrize("make", [rf_solver, heun, o_belm], ids=["rf_solver", "heun", "o_belm"])
def test_second_order_on_the_way_up_too(make: Callable[[], Solver], oracle: Oracle) -> None:
    """Up the flow of a mixture from where it leads down: the points at the top come back, at order 2."""
    bottom, errors = exactly_down(), []
    low = Sample(bottom, torch.full_like(begin().s, BOTTOM), begin().space, begin().rows)
    for steps in (80, 160, 320):
        s = torch.logspace(math.log10(BOTTOM), math.log10(TOP), steps + 1, dtype=torch.float64)
        s[0] = BOTTOM
        errors.append(float((solve(Mixture(), make(), low, Levels(s), context()).x - begin().x).abs().max()))
    slope = math.log2(errors[1] / errors[2])
    oracle(f"solver.{make.__name__}", "the error of inversion shrinks at order 2", abs(slope - 2), 0.15)
