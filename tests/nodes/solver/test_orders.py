"""The orders of convergence of the solvers on an exact mixture, against the specification's table."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.levels.karras import karras
from nodes.levels.uniform_log_snr import uniform_log_snr
from nodes.solver.ddim import ddim
from nodes.solver.dpmpp_2m import dpmpp_2m
from nodes.solver.euler import euler
from nodes.solver.heun import heun
from tests.nodes.exact_mixture import Mixture, flow_along
from tests.nodes.gaussian import context, pure_noise

TOP, BOTTOM = math.exp(4.0), math.exp(-3.0)
COUNT = 48
STEPS = (40, 80, 160)


def begin() -> Sample:
    """Points at the top level, as if of the mixture's own law there."""
    noise = pure_noise(COUNT)
    x = noise.x * TOP / math.sqrt(1 + TOP * TOP)
    return Sample(x, torch.full((COUNT,), TOP, dtype=torch.float64), noise.space, noise.rows)


@pytest.fixture(scope="module")
def exact() -> Tensor:
    """Where the probability flow takes them."""
    return flow_along(begin().x, TOP, BOTTOM)


def even_in_log(steps: int) -> Levels:
    """The grid of the specification's table."""
    return uniform_log_snr(num_inference_steps=steps, sigma_min=BOTTOM, sigma_max=TOP, final_sigmas_type="sigma_min")


def of_edm(steps: int) -> Levels:
    """Karras's grid without its last step."""
    return Levels(karras(num_inference_steps=steps + 1, sigma_min=BOTTOM, sigma_max=TOP).s[:-1])


def test_the_reference_is_converged(exact: Tensor) -> None:
    torch.testing.assert_close(flow_along(begin().x, TOP, BOTTOM, steps=150), exact, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("solver", "grid", "order"),
    [
        (euler(), even_in_log, 1),
        (ddim(eta=0.0), even_in_log, 1),
        (heun(), of_edm, 2),
        (dpmpp_2m(), even_in_log, 2),
    ],
    ids=["euler", "ddim", "heun", "dpmpp_2m"],
)
def test_the_error_shrinks_at_the_order_of_the_solver(
    solver: Solver, grid: Callable[[int], Levels], order: int, exact: Tensor
) -> None:
    ends = [solve(Mixture(), solver, begin(), grid(steps), context()).x for steps in STEPS]
    errors = [float((x - exact).square().sum(1).mean().sqrt()) for x in ends]
    slopes = [math.log2(before / after) for before, after in pairwise(errors)]
    assert slopes == pytest.approx([order] * 2, abs=0.15)
