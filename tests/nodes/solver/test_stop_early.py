"""Rows that come to rest are done, and cost nothing more."""

from __future__ import annotations

import math

import pytest
import torch

from graphs import Estimate, InputError, Known, Span
from nodes.contracts.driving import drive, solve
from nodes.contracts.solver import Solver
from nodes.levels.flip import flip
from nodes.levels.uniform_log_snr import uniform_log_snr
from nodes.solver.dpmpp_2m import dpmpp_2m
from nodes.solver.euler import euler
from nodes.solver.heun import heun
from nodes.solver.stop_early import cost, stop_early
from nodes.solver.unmask import unmask
from tests.nodes.gaussian import Gaussian, context, pure_noise

LEVELS = uniform_log_snr(num_inference_steps=12)
SOLVERS: dict[str, Solver] = {"euler": euler(), "heun": heun(), "dpmpp_2m": dpmpp_2m()}


@pytest.mark.parametrize("solver", SOLVERS.values(), ids=SOLVERS)
def test_without_a_tolerance_it_is_the_solver_inside(solver: Solver) -> None:
    ends, asked = [], []
    for tried in (solver, stop_early(solver, tolerance=0.0, sigma_max=math.inf)):
        ctx = context()
        ends.append(solve(Gaussian(), tried, pure_noise(3), LEVELS, ctx).x)
        asked.append(ctx.meter.rows)
    assert torch.equal(ends[0], ends[1])
    assert asked[0] == asked[1]


@pytest.mark.parametrize("solver", SOLVERS.values(), ids=SOLVERS)
def test_with_one_that_is_never_met_it_is_the_solver_inside_bitwise(solver: Solver) -> None:
    ctx = context()
    end = solve(Gaussian(), stop_early(solver, tolerance=1e-12, sigma_max=math.inf), pure_noise(3), LEVELS, ctx)
    assert torch.equal(end.x, solve(Gaussian(), solver, pure_noise(3), LEVELS, context()).x)
    assert ctx.meter.launches == solver.calls(12)


@pytest.mark.parametrize("solver", SOLVERS.values(), ids=SOLVERS)
def test_a_row_ends_where_its_prediction_rests_and_is_asked_no_more(solver: Solver) -> None:
    tolerance, ctx, model = 0.05, context(), Gaussian(variance=0.3)
    states = list(drive(model, stop_early(solver, tolerance=tolerance, sigma_max=math.inf), pure_noise(6), LEVELS, ctx))
    plain = list(drive(model, solver, pure_noise(6), LEVELS, context()))
    last = states[-1]
    assert bool(last.done.any())
    assert last.s.tolist() == [0.0] * 6
    predicted = torch.stack([state.pred.x0 for state in plain[1:] if state.pred is not None])
    moves = predicted.diff(dim=0).square().mean(2).sqrt()
    looks = 0
    for row in range(6):
        resting = (moves[:, row] < tolerance).nonzero()[:, 0]
        steps = int(resting[0]) + 2 if len(resting) else 12
        assert int(last.step[row]) == steps
        assert torch.equal(last.x[row], predicted[steps - 1, row])
        per_step = 2 if solver is SOLVERS["heun"] else 1
        looks += (steps - 1) * per_step + 1
    assert ctx.meter.rows == looks
    assert ctx.meter.rows < 6 * solver.calls(12)


def test_rows_are_judged_by_themselves() -> None:
    solver = stop_early(euler(), tolerance=0.05, sigma_max=math.inf)
    together = solve(Gaussian(variance=0.3), solver, pure_noise(6), LEVELS, context()).x
    for row in range(6):
        alone = solve(Gaussian(variance=0.3), solver, pure_noise(6).take(torch.tensor([row])), LEVELS, context()).x
        assert torch.equal(alone[0], together[row])


def test_on_the_way_up_nothing_is_finished() -> None:
    noise = pure_noise(2)
    data = type(noise)(noise.x, torch.zeros(2, dtype=torch.float64), noise.space, noise.rows)
    end = solve(Gaussian(), stop_early(euler(), tolerance=50.0, sigma_max=math.inf), data, flip(LEVELS), context())
    assert end.s.tolist() == [float(LEVELS.s[0])] * 2


def test_a_first_prediction_near_zero_is_not_at_rest() -> None:
    """Rows that never wrote hold zeros."""
    states = list(
        drive(Gaussian(), stop_early(euler(), tolerance=100.0, sigma_max=math.inf), pure_noise(2), LEVELS, context())
    )
    assert not bool(states[1].done.any())
    assert bool(states[2].done.all())


def test_its_cost_is_an_interval() -> None:
    inner = {"solver": (Estimate(calls=lambda n: Span(2 * n.low - 1, 2 * n.high - 1)),)}
    told, null = (cost(Known({"tolerance": value}, inner)).calls for value in (0.1, 0))
    assert told is not None
    assert null is not None
    assert told(Span.of(12)) == Span(2, 23)
    assert null(Span.of(12)) == Span.of(23)
    assert cost(Known({}, {})).calls is None


def test_tokens_are_refused() -> None:
    with pytest.raises(InputError, match="do not come to rest"):
        stop_early(unmask(), tolerance=0.1, sigma_max=math.inf)
    assert math.isfinite(stop_early(euler(), tolerance=0.1, sigma_max=math.inf).calls(3))


def test_where_little_is_seen_yet_a_prediction_that_rests_finishes_nothing() -> None:
    ctx, levels = context(), LEVELS
    solve(Gaussian(variance=0.01), stop_early(euler(), tolerance=0.1, sigma_max=0.1), pure_noise(4), levels, ctx)
    seen = int((levels.s > 0.1).sum())
    assert ctx.meter.rows > 4 * seen, "as narrow a law rests from the first step on"
    short = context()
    solve(Gaussian(variance=0.01), stop_early(euler(), tolerance=0.1, sigma_max=math.inf), pure_noise(4), levels, short)
    assert short.meter.rows == 4 * 2
