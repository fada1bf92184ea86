"""Time travel: the law that it keeps, its limits, and its cost."""

from __future__ import annotations

import math

import pytest
import torch

from graphs import InputError
from nodes.contracts.driving import drive, solve
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.guidance.universal import universal
from nodes.model.gaussian import gaussian
from nodes.reward.linear import linear
from nodes.solver.ancestral import ancestral
from nodes.solver.ddim import ddim
from nodes.solver.heun import heun
from nodes.solver.time_travel import time_travel
from tests.nodes.gaussian import context, pure_noise
from tests.oracles import Oracle

PRIOR = gaussian(mean=(0.3, -0.2), std=(0.7,))
LEVELS = Levels(torch.cat([torch.logspace(1.2, -1.5, 12, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)]))


def noise(count: int) -> Sample:
    """Noise of the model's space."""
    made = pure_noise(count)
    return Sample(made.x, made.s, PRIOR.space, made.rows)


def spread(solver: Solver, model: Model = PRIOR, count: int = 400) -> tuple[float, float]:
    """Mean of the first coordinate and the standard deviation of all."""
    x = solve(model, solver, noise(count), LEVELS, context()).x
    return float(x[:, 0].mean()), float((x - x.mean(0)).square().mean().sqrt())


def test_the_law_is_that_of_the_data_and_of_the_tilt(oracle: Oracle) -> None:
    """400 rows: the mean within 4 standard errors, the spread besides within what 12 steps leave open."""
    mean, std = spread(time_travel(heun(), recurrences=2))
    oracle("solver.time_travel", "Gauss: mean of the data, 400 rows", abs(mean - 0.3), 4 * 0.7 / 20)
    oracle("solver.time_travel", "Gauss: std of the data, 400 rows", abs(std - 0.7), 0.08)
    mean, _ = spread(time_travel(heun(), recurrences=1), universal(PRIOR, linear(direction=(1.0, 0.0)), rho=2.0))
    oracle("solver.time_travel", "linear reward: mean m + ρ C a", abs(mean - 0.3 - 2 * 0.49), 4 * 0.7 / 20)


def test_a_recurrence_is_a_step_and_noise_up_again() -> None:
    """Of one step of DDIM: its end, brought up by the noise that was drawn, is where the last step begins."""
    state = next(iter(drive(PRIOR, ddim(), noise(3), LEVELS, context())))
    ctx, to = context(), torch.full((3,), 2.0, dtype=torch.float64)
    once = ddim().step(PRIOR, state, to, ctx)
    s = float(state.s[0])
    y = once.x * math.hypot(1, 2.0) + math.sqrt(s**2 - 4) * ctx.noise.normal(state, "time_travel", 0)
    travelled = time_travel(ddim()).step(PRIOR, state, to, ctx)
    again = Sample(y / math.hypot(1, s), state.s, PRIOR.space, state.rows)
    expected = solve(PRIOR, ddim(), again, Levels(torch.tensor([s, 2.0], dtype=torch.float64)), context())
    torch.testing.assert_close(travelled.x, expected.x, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("least", "most", "steps"), [(0.0, math.inf, 12), (0.5, 5.0, 4), (50.0, math.inf, 0)])
def test_only_steps_in_the_interval_are_repeated(least: float, most: float, steps: int) -> None:
    ctx = context()
    solve(PRIOR, time_travel(ddim(), recurrences=3, sigma_min=least, sigma_max=most), noise(2), LEVELS, ctx)
    inside = int(((LEVELS.s[:-1] > least) & (LEVELS.s[:-1] <= most)).sum())
    assert ctx.meter.rows == 2 * (12 + 3 * inside)
    assert inside == steps


def test_without_recurrences_it_is_the_solver_itself() -> None:
    solver = ddim()
    assert time_travel(solver, recurrences=0) is solver


def test_a_solver_that_draws_is_refused() -> None:
    with pytest.raises(InputError):
        time_travel(ancestral())
