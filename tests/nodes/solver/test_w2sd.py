"""Weak-to-strong diffusion against its first-order effect, and at its null setting."""

from __future__ import annotations

import math

import pytest
import torch

from graphs import InputError
from nodes.contracts.driving import drive, solve
from nodes.contracts.levels import Levels
from nodes.contracts.sample import Sample
from nodes.contracts.solver import look
from nodes.model.gaussian import gaussian
from nodes.solver.ancestral import ancestral
from nodes.solver.ddim import ddim
from nodes.solver.w2sd import Reflected, w2sd
from tests.nodes.gaussian import context, pure_noise
from tests.oracles import Oracle

STRONG = gaussian(mean=(0.3, -0.2), std=(0.7,))
WEAK = gaussian(mean=(-0.1, 0.4), std=(1.1,))
NOISE = Sample(pure_noise(3).x, pure_noise(3).s, STRONG.space, pure_noise(3).rows)


def levels(steps: int) -> Levels:
    """From 5 to 0."""
    grid = torch.logspace(math.log10(5), -2, steps, dtype=torch.float64)
    return Levels(torch.cat([grid, torch.zeros(1, dtype=torch.float64)]))


def shift(width: float) -> tuple[torch.Tensor, torch.Tensor]:
    """How far a reflection moves y from s = 2 to 2 − width and back, and what first order says."""
    state = next(iter(drive(STRONG, ddim(), NOISE, Levels(torch.tensor([2.0, 1.0], dtype=torch.float64)), context())))
    to = torch.full((3,), 2.0 - width, dtype=torch.float64)
    moved = Reflected(ddim(), WEAK, 1).reflected(STRONG, state, to, to < 2, context())
    eps = []
    for model in (WEAK, STRONG):
        _, x0 = look(model, state, to, context())
        eps.append((state.x * math.sqrt(5) - x0) / 2)
    return (moved.x - state.x) * math.sqrt(5), width * (eps[0] - eps[1])


def test_a_reflection_moves_along_the_difference_of_both_scores(oracle: Oracle) -> None:
    errors = []
    for width in (0.02, 0.01):
        found, expected = shift(width)
        errors.append(float((found - expected).abs().max() / expected.abs().max()))
    oracle("solver.w2sd", "y moves by (s − s′)(ε_weak − ε_strong), relative, width 0.01", errors[1], 0.02)
    oracle("solver.w2sd", "which is of first order: half the width, half the rest", errors[1] / errors[0], 0.6)


def test_the_strong_model_as_the_weak_one_leaves_the_error_of_the_round_trip_only(oracle: Oracle) -> None:
    apart = []
    for steps in (40, 80):
        plain = solve(STRONG, ddim(), NOISE, levels(steps), context()).x
        found = solve(STRONG, w2sd(ddim(), STRONG, reflections=1000), NOISE, levels(steps), context()).x
        apart.append(float((found - plain).abs().max()))
    oracle("solver.w2sd", "weak = strong, 80 steps: the plain solver", apart[1], 0.05)
    oracle("solver.w2sd", "O(h²) a step: twice the steps, half of it", apart[1] / apart[0], 0.6)


@pytest.mark.parametrize("reflections", [1, 5, 1000])
def test_only_the_first_steps_are_reflected_and_none_to_data(reflections: int) -> None:
    ctx = context()
    solve(STRONG, w2sd(ddim(), WEAK, reflections=reflections), NOISE, levels(12), ctx)
    assert ctx.meter.rows == 3 * (12 + 2 * min(reflections, 11))


def test_without_reflections_it_is_the_solver_itself_and_one_that_draws_is_refused() -> None:
    solver = ddim()
    assert w2sd(solver, WEAK, reflections=0) is solver
    with pytest.raises(InputError):
        w2sd(ancestral(), WEAK)
