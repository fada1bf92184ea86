"""Time travel: the law that it keeps, its limits, and its cost."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

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
from nodes.solver.bdia import bdia
from nodes.solver.churn import churn
from nodes.solver.ddim import ddim
from nodes.solver.dpmpp_2m import dpmpp_2m
from nodes.solver.edict import edict
from nodes.solver.heun import heun
from nodes.solver.o_belm import o_belm
from nodes.solver.repaint import repaint
from nodes.solver.restart import restart
from nodes.solver.stochastic import stochastic
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
    s, drawing = float(state.s[0]), replace(state, rows=state.rows.fork(1, "again 0"))
    y = once.x * math.hypot(1, 2.0) + math.sqrt(s**2 - 4) * ctx.noise.normal(drawing, "again")
    travelled = time_travel(ddim()).step(PRIOR, state, to, ctx)
    again = Sample(y / math.hypot(1, s), state.s, PRIOR.space, state.rows)
    expected = solve(PRIOR, ddim(), again, Levels(torch.tensor([s, 2.0], dtype=torch.float64)), context())
    torch.testing.assert_close(travelled.x, expected.x, rtol=0, atol=1e-12)


def first_order(times: int, *, ends: bool) -> float:
    """The deviation that steps of order 1, each taken so often, make of N(m, 0.49) by hand.

    Of y = x0 + s ε with variance V a step to s' makes (1 + (s' − s) s/(v + s²))² V, and the way back adds s² − s'².
    """
    variance = float(LEVELS.s[0]) ** 2
    for s, s_next in pairwise(LEVELS.s.tolist()):
        shrunk = (1 + (s_next - s) * s / (0.49 + s**2)) ** 2
        for _ in range(times - 1 if ends or s_next else 0):
            variance = shrunk * variance + s**2 - s_next**2
        variance *= shrunk
    return math.sqrt(variance)


def test_a_multistep_solver_forgets_the_way_that_it_has_left(oracle: Oracle) -> None:
    """Its steps are of order 1 then, whose law is known: 1000 rows of two numbers, 4.5 standard errors of a spread."""
    wanted, allowed = first_order(3, ends=True), 4.5 / math.sqrt(2 * 2000)
    _, std = spread(time_travel(dpmpp_2m(), recurrences=2), count=1000)
    oracle("solver.time_travel", "over a multistep solver: std of steps of order 1", abs(std / wanted - 1), allowed)
    wanted = first_order(3, ends=False)
    for inner in (dpmpp_2m(), ddim()):
        _, std = spread(repaint(inner, resamplings=3), count=1000)
        oracle("solver.repaint", "Gauss: std of steps of order 1 by hand", abs(std / wanted - 1), allowed)


@pytest.mark.parametrize("solver", [edict(), bdia(), o_belm()])
def test_solvers_of_two_points_are_refused_where_noise_is_added_to_one(solver: Solver) -> None:
    for around in (time_travel, repaint, restart, churn, stochastic):
        with pytest.raises(InputError, match="of one point"):
            around(solver)


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
