"""LinearAG: where it is exact, what it saves, and that it estimates only what was fitted and from a whole past."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, LevelCurve, RunContext, Span
from graphs.running.context import Meter
from nodes.contracts.asking import predict
from nodes.contracts.cond import Cond
from nodes.contracts.driving import advance, drive, solve
from nodes.contracts.levels import Levels, eps_of, place
from nodes.contracts.model import Model
from nodes.contracts.query import Query
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.state import State
from nodes.contracts.table import Table
from nodes.guidance.branches import bound
from nodes.guidance.cfg import cfg
from nodes.guidance.conditional import conditional
from nodes.guidance.linear import Linear, cost, linear
from nodes.guidance.linear_fit import linear_fit
from nodes.model.mixture import mixture
from nodes.solver.ddim import ddim
from nodes.solver.heun import heun
from tests.laws.subjects import finished
from tests.nodes.gaussian import Gaussian, context, means, pure_noise, query
from tests.nodes.waiting import DEVICE, no_waiting
from tests.oracles import Oracle

GAUSS, GOAL = Gaussian(0.2, 0.5), means(1.0)
MIXTURE = mixture(
    preset="own", dimension=2, means=(1.0, 0.0, -0.5, 1.0, 0.2, -1.0), covariances=(0.3, 0.1, 0.1, 0.2), names="a\nb\nc"
)
STEPS, ROWS = 10, 6
LEVELS = Levels(torch.cat([torch.logspace(1, -2, STEPS, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)]))


def noise(model: Model, count: int = ROWS, seed: int = 3) -> Sample:
    """Pure noise of a model's space."""
    drawn = pure_noise(count, seed=seed)
    return Sample(drawn.x, drawn.s, model.space, drawn.rows)


def fitted(
    model: Model, positive: Cond, history: int = 1, levels: Levels = LEVELS, solver: Solver | None = None
) -> Table:
    """The coefficients, by a few rows that are sampled nowhere else."""
    steps = linear_fit(
        noise(model, 16, seed=40),
        model,
        positive,
        levels,
        solver=solver or ddim(),
        guidance_scale=3.0,
        history=history,
        run=RunContext(Meter()),
    )
    found = finished(steps)
    assert isinstance(found, Table)
    return found


def run(model: Model, begin: Sample, levels: Levels = LEVELS, solver: Solver | None = None) -> tuple[Tensor, float]:
    """Where noise goes, and what a row cost."""
    ctx = context()
    return solve(model, solver or ddim(), begin, levels, ctx).x, ctx.meter.rows / len(begin.rows)


def test_it_is_exact_for_two_gaussians_of_one_round_covariance(oracle: Oracle) -> None:
    """ε_neg − ε_pos does not depend on x there, and its direction not on the level: one step of the past is enough."""
    model = linear(GAUSS, GOAL, fitted(GAUSS, GOAL), guidance_scale=3.0, guided=1.0)
    found, spent = run(model, noise(GAUSS))
    expected, twice = run(cfg(GAUSS, GOAL, guidance_scale=3.0), noise(GAUSS))
    apart = float((found - expected).abs().max())
    oracle("guidance.linear", "two Gaussians of one round covariance: CFG", apart, 1e-10)
    assert (spent, twice) == (STEPS + STEPS / 2, 2 * STEPS)


def test_asking_every_step_is_plain_guidance_and_none_is_the_conditional_model(oracle: Oracle) -> None:
    table, positive = fitted(MIXTURE, MIXTURE.prompt(("a",))), MIXTURE.prompt(("a",))
    found, spent = run(linear(MIXTURE, positive, table, guidance_scale=3.0, every=1, guided=1.0), noise(MIXTURE))
    expected, twice = run(cfg(MIXTURE, positive, guidance_scale=3.0), noise(MIXTURE))
    oracle("guidance.linear", "every = 1: CFG bitwise", float((found - expected).abs().max()), 0)
    assert spent == twice == 2 * STEPS
    found, spent = run(linear(MIXTURE, positive, table, guidance_scale=3.0, guided=0.0), noise(MIXTURE))
    expected, once = run(conditional(MIXTURE, positive), noise(MIXTURE))
    oracle("guidance.linear", "guided = 0: the conditional model, bitwise", float((found - expected).abs().max()), 0)
    assert spent == once == STEPS


def test_by_default_the_second_half_is_conditional_and_half_of_the_first_estimated() -> None:
    model = linear(GAUSS, GOAL, fitted(GAUSS, GOAL), guidance_scale=3.0)
    found, spent = run(model, noise(GAUSS))
    assert spent == STEPS + 3  # steps 0, 2 and 4 ask twice
    states = list(drive(cfg(GAUSS, GOAL, guidance_scale=3.0), ddim(), noise(GAUSS), LEVELS, context()))
    half = STEPS // 2
    middle = Sample(states[half].x, states[half].s, GAUSS.space, states[half].rows)
    expected, _ = run(conditional(GAUSS, GOAL), middle, Levels(LEVELS.s[half:]))
    torch.testing.assert_close(found, expected, atol=1e-12, rtol=0)
    assert [model.cost(s) for s in (20.0, float(LEVELS.s[half - 1]), float(LEVELS.s[half]), 0.0)] == [2, 2, 1, 1]


def test_it_stays_near_guidance_of_a_mixture_where_it_is_not_exact(oracle: Oracle) -> None:
    positive = MIXTURE.prompt(("a",))
    begin = noise(MIXTURE, 64, seed=9)
    goal, _ = run(cfg(MIXTURE, positive, guidance_scale=3.0), begin)
    free, _ = run(conditional(MIXTURE, positive), begin)
    model = linear(MIXTURE, positive, fitted(MIXTURE, positive, 2), guidance_scale=3.0, guided=1.0)
    found, spent = run(model, begin)
    share = float((found - goal).norm() / (free - goal).norm())
    oracle("guidance.linear", "a mixture, half asked: distance to CFG over that of no guidance", share, 0.1)
    assert spent == STEPS + STEPS / 2


@pytest.mark.parametrize("history", [1, 2])
def test_the_fit_misses_as_much_as_another_least_squares(history: int, oracle: Oracle) -> None:
    """The way of DDIM under guidance, walked by hand, and NumPy's solution of each step."""
    positive, begin = MIXTURE.prompt(("a",)), noise(MIXTURE, 16, seed=40)
    x = place(torch.zeros_like(begin.x), begin.x, LEVELS.of(begin.rows)[0])
    pairs: list[tuple[np.ndarray, np.ndarray]] = []
    found = dict(fitted(MIXTURE, positive, history).columns)["error"]
    errors = [0.0]
    for step in range(STEPS):
        s, after = LEVELS.of(begin.rows)[step], LEVELS.of(begin.rows)[step + 1]
        q = Query(x, s, after, begin.rows, torch.full((16,), step))
        toward, away = (predict(MIXTURE, bound(q, cond), context()).x0 for cond in (positive, None))
        pairs.append((eps_of(x, toward, s).numpy().ravel(), eps_of(x, away, s).numpy().ravel()))
        x0 = away + 3 * (toward - away)
        x = place(x0, eps_of(x, x0, s), after)
        if step:
            past = [pairs[step - lag][branch] for branch in (0, 1) for lag in range(1, min(step, history) + 1)]
            columns, wanted = np.stack([pairs[step][0], *past], 1), pairs[step][1]
            missed = wanted - columns @ np.linalg.lstsq(columns, wanted, rcond=1e-7)[0]
            errors.append(float(np.linalg.norm(missed) / np.linalg.norm(wanted - pairs[step][0])))
    assert found[0] is None
    apart = max(abs(float(one or 0) - other) for one, other in zip(found, errors, strict=True))
    oracle("guidance.linear_fit", f"what a second least squares misses (history {history})", apart, 1e-8)


def test_rows_with_and_without_a_past_are_as_each_alone(oracle: Oracle) -> None:
    """Some rows are in their second step, others begin at its level: those are asked twice."""
    model = linear(GAUSS, GOAL, fitted(GAUSS, GOAL), guidance_scale=3.0, guided=1.0)
    states = list(drive(model, ddim(), noise(GAUSS), Levels(LEVELS.s[:2]), context()))
    begun, fresh = states[-1], State.at(noise(GAUSS, 4, seed=8), noise(GAUSS, 4, seed=8).x, states[-1].s[:4])
    joint, ctx = State.cat([begun, fresh]), context()
    together = advance(model, ddim(), joint, LEVELS.s[2].expand(ROWS + 4), ctx)
    assert ctx.meter.rows == ROWS + 2 * 4
    alone = [advance(model, ddim(), part, LEVELS.s[2].expand(len(part.rows)), context()) for part in (begun, fresh)]
    apart = float((together.x - torch.cat([part.x for part in alone])).abs().max())
    oracle("guidance.linear", "a mixed batch is as each row alone", apart, 1e-12)
    plain = advance(cfg(GAUSS, GOAL, guidance_scale=3.0), ddim(), joint, LEVELS.s[2].expand(ROWS + 4), context())
    torch.testing.assert_close(together.x, plain.x, atol=1e-10, rtol=0)


@pytest.mark.parametrize(("begin", "estimated"), [(2, 3), (3, 3), (4, 2)])
def test_a_way_that_begins_in_the_middle_asks_until_it_has_a_past(begin: int, estimated: int) -> None:
    """Steps of odd numbers are estimated, from two before: on a way from 2 step 3 has but one, on one from 3 none."""
    positive = MIXTURE.prompt(("a",))
    model = linear(MIXTURE, positive, fitted(MIXTURE, positive, 2), guidance_scale=3.0, guided=1.0)
    _, spent = run(model, noise(MIXTURE), Levels(LEVELS.s[begin:]))
    assert spent == 2 * (STEPS - begin) - estimated


def test_a_step_without_guidance_leaves_a_gap_in_the_past() -> None:
    """Step 5 has the scale 1 and asks nothing to remember; 7 then knows of 6 alone, and is asked."""
    positive, s = MIXTURE.prompt(("a",)), LEVELS.s.tolist()
    curve = LevelCurve(((s[6], 3.0), (s[5], 1.0), (s[4], 3.0)), "linear")
    model = linear(MIXTURE, positive, fitted(MIXTURE, positive, 2), guidance_scale=curve, guided=1.0)
    _, spent = run(model, noise(MIXTURE))
    assert spent == STEPS + 6  # 0, 2, 4, 6, 7 and 8


def test_levels_that_were_not_fitted_and_further_questions_within_a_step_are_asked() -> None:
    positive = MIXTURE.prompt(("a",))
    model = linear(MIXTURE, positive, fitted(MIXTURE, positive), guidance_scale=3.0, guided=1.0)
    other = Levels(LEVELS.s * 1.01)
    found, spent = run(model, noise(MIXTURE), other)
    expected, _ = run(cfg(MIXTURE, positive, guidance_scale=3.0), noise(MIXTURE), other)
    assert torch.equal(found, expected)
    assert spent == 2 * STEPS
    exact = linear(GAUSS, GOAL, fitted(GAUSS, GOAL, solver=heun()), guidance_scale=3.0, guided=1.0)
    found, spent = run(exact, noise(GAUSS), solver=heun())
    expected, twice = run(cfg(GAUSS, GOAL, guidance_scale=3.0), noise(GAUSS), solver=heun())
    torch.testing.assert_close(found, expected, atol=1e-10, rtol=0)
    assert (spent, twice) == (2 * (2 * STEPS - 1) - STEPS / 2, 2 * (2 * STEPS - 1))


def test_only_where_it_may_estimate_the_device_is_waited_for() -> None:
    table, begin = fitted(GAUSS, GOAL), noise(GAUSS).to(DEVICE)
    model = linear(GAUSS, GOAL.to(DEVICE), table, every=1, guided=1.0)
    assert isinstance(model, Linear)
    with no_waiting():
        found = solve(model, ddim(), begin, LEVELS, context())
        q = query(begin.x, float(LEVELS.s[1]))
        answer = model.estimated(q, predict(GAUSS, q, context()))
    assert {found.x.device.type, answer.x0.device.type} == {DEVICE}


def test_the_fit_asks_both_branches_where_the_scale_is_one() -> None:
    meter = Meter()
    steps = linear_fit(noise(GAUSS), GAUSS, GOAL, LEVELS, solver=ddim(), guidance_scale=1.0, run=RunContext(meter))
    table = finished(steps)
    assert isinstance(table, Table)
    assert meter.rows == 2 * STEPS * ROWS
    assert max(float(error or 0) for error in dict(table.columns)["error"]) < 1e-9


def test_a_table_of_something_else_and_levels_that_rise_are_refused() -> None:
    with pytest.raises(InputError, match="holds no coefficients"):
        linear(GAUSS, GOAL, Table((("value", (1.0, 2.0)),)))
    with pytest.raises(InputError, match="not told by its level"):
        fitted(GAUSS, GOAL, levels=Levels(LEVELS.s.flip(0)))


@pytest.mark.parametrize(("scale", "each"), [(5.0, Span(1, 2)), (1.0, Span.of(1)), (None, Span(1, 2))])
def test_the_declared_cost(scale: float | None, each: Span) -> None:
    assert cost(Known({"guidance_scale": scale}, {"model": (Estimate(each=Span.of(1)),)})).each == each
