"""Stopping on the way, going on from there, and branching."""

from __future__ import annotations

import pytest
import torch

from graphs import Estimate, InputError, Known, RunContext, Span
from graphs.parts import digest
from graphs.running.context import Meter
from nodes.contracts.levels import Levels
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.state import Halfway
from nodes.levels.karras import karras
from nodes.solver.ancestral import ancestral
from nodes.solver.branch import branch
from nodes.solver.branch import cost as branch_cost
from nodes.solver.dpmpp_2m import dpmpp_2m
from nodes.solver.euler import euler
from nodes.solver.halfway import cost as halfway_cost
from nodes.solver.halfway import halfway
from nodes.solver.heun import heun
from nodes.solver.sample import cost, sample
from tests.nodes.gaussian import Gaussian, pure_noise
from tests.nodes.loops import told_by

STEPS = 6
LEVELS = karras(num_inference_steps=STEPS)
MODEL = Gaussian(0.4, 0.3)
SOLVERS: dict[str, Solver] = {"heun": heun(), "dpmpp_2m": dpmpp_2m(), "ancestral": ancestral()}


def until(stop: int, solver: Solver, begin: Sample | Halfway, run: RunContext | None = None) -> Halfway:
    """The state after so many steps."""
    steps = halfway(begin, MODEL, solver, LEVELS, stop=stop, run=run or RunContext(Meter()))
    return told_by(steps)[0]


def to_the_end(
    solver: Solver, begin: Sample | Halfway, run: RunContext | None = None, levels: Levels = LEVELS
) -> Sample:
    """The sample."""
    return told_by(sample(begin, MODEL, solver, levels, run=run or RunContext(Meter())))[0]


@pytest.mark.parametrize("stop", [1, 4, STEPS])
@pytest.mark.parametrize("solver", SOLVERS.values(), ids=SOLVERS)
def test_going_on_gives_what_never_stopping_gives_bitwise(solver: Solver, stop: int) -> None:
    whole = to_the_end(solver, pure_noise(3))
    assert digest(to_the_end(solver, until(stop, solver, pure_noise(3)))) == digest(whole)
    if stop > 1:
        assert digest(to_the_end(solver, until(stop, solver, until(1, solver, pure_noise(3))))) == digest(whole)


def known(begin: Estimate, solver: Solver, stop: int | None = None) -> Known:
    """What a plan knows of a sampler with such inputs."""
    calls = {"heun": lambda n: Span(2 * n.low - 1, 2 * n.high - 1)}.get(type(solver).__name__.lower(), lambda n: n)
    inputs = {
        "noise": (begin,),
        "model": (Estimate(each=Span.of(1)),),
        "solver": (Estimate(calls=calls),),
        "levels": (Estimate(steps=Span.of(STEPS)),),
    }
    return Known({"stop": stop}, inputs)


@pytest.mark.parametrize("stop", [1, 4, STEPS])
@pytest.mark.parametrize("solver", SOLVERS.values(), ids=SOLVERS)
def test_both_parts_cost_what_they_say(solver: Solver, stop: int) -> None:
    first, second = RunContext(Meter()), RunContext(Meter())
    state = until(stop, solver, pure_noise(3), first)
    told = halfway_cost(known(Estimate(rows=Span.of(3)), solver, stop))
    assert told.nfe == Span.of(first.meter.rows)
    assert told.steps == Span.of(stop)
    to_the_end(solver, state, second)
    assert cost(known(told, solver)).nfe == Span.of(second.meter.rows)


def test_a_sample_costs_all_steps() -> None:
    assert cost(known(Estimate(rows=Span.of(3)), heun())).nfe == Span.of(3 * (2 * STEPS - 1))


def test_where_it_stops_may_be_unknown_and_then_so_is_the_rest() -> None:
    told = halfway_cost(known(Estimate(rows=Span.of(1)), euler()))
    assert told.steps == Span(1, STEPS)
    assert cost(known(told, euler())).nfe == Span(0, STEPS - 1)


def test_branches_of_a_stochastic_solver_part_and_keep_the_rows_that_they_come_from() -> None:
    state = until(3, ancestral(), pure_noise(2))
    wide = branch(state, seed=5, count=3)
    assert torch.equal(wide.state.x, state.state.x.repeat_interleave(3, 0))
    assert wide.state.rows.origin.tolist() == [0, 0, 0, 1, 1, 1]
    ends = to_the_end(ancestral(), wide).x
    assert len({tuple(row) for row in ends.tolist()}) == 6
    assert torch.equal(to_the_end(ancestral(), branch(state, seed=5)).x, ends[[0, 3]])
    assert not bool((to_the_end(ancestral(), branch(state, seed=6)).x == ends[[0, 3]]).any())


def test_branches_of_a_deterministic_solver_end_alike() -> None:
    state = until(3, dpmpp_2m(), pure_noise(2))
    whole = to_the_end(dpmpp_2m(), state).x
    assert torch.equal(to_the_end(dpmpp_2m(), branch(state, count=2)).x, whole.repeat_interleave(2, 0))


def test_branches_cost_their_rows() -> None:
    told = branch_cost(Known({"count": 3}, {"halfway": (Estimate(rows=Span.of(2), steps=Span.of(4)),)}))
    assert (told.rows, told.steps, told.nfe) == (Span.of(6), Span.of(4), Span.of(0))


@pytest.mark.parametrize("stop", [2, STEPS + 1])
def test_there_must_be_steps_to_make(stop: int) -> None:
    with pytest.raises(InputError, match="nothing to stop at") as caught:
        until(stop, euler(), until(2, euler(), pure_noise(1)))
    assert caught.value.allowed == f"3 to {STEPS}"


def test_a_state_beyond_the_levels_is_refused() -> None:
    state = until(5, euler(), pure_noise(1))
    with pytest.raises(InputError, match="more steps than the levels"):
        to_the_end(euler(), state, levels=karras(num_inference_steps=4))
