"""Sampling that stops on the way, to go on or to branch from there."""

from __future__ import annotations

from typing import Annotated

from graphs import Estimate, InputError, Known, Number, RunContext, Span, Steps, node
from nodes.contracts.context import Context
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.state import Halfway
from nodes.solver.counting import calls_between, made_before
from nodes.solver.sample import driven

Stop = Annotated[int, Number(integer=True, minimum=1, maximum=10000, work=True)]


def cost(known: Known) -> Estimate:
    """The calls of the steps up to the one where it stops."""
    begin, levels = known.input("noise"), known.input("levels")
    stop = known.number("stop")
    reached = Span(max(1, stop.low), min(stop.high, levels.steps.high))
    calls = calls_between(known.input("solver"), levels, made_before(begin), reached)
    return Estimate(nfe=begin.rows * calls * known.input("model").each, rows=begin.rows, steps=reached)


@node(cost=cost)
def halfway(
    noise: Sample | Halfway, model: Model, solver: Solver, levels: Levels, *, stop: Stop = 10, run: RunContext
) -> Steps[Halfway]:
    """The first `stop` steps of solver.sample: a state that solver.sample goes on from with the same levels.

    Together they give what solver.sample alone gives, bitwise. `noise` may itself be such a state, of fewer steps.
    Cost: the solver's calls in these steps times the model's rows per sample.
    Errors: more steps than the levels have, or no more than were made; a sample at another level than the first.
    """
    before = noise.position if isinstance(noise, Halfway) else 0
    if not before < stop <= len(levels):
        raise InputError(
            "there is nothing to stop at",
            given=f"stop {stop} of {len(levels)} steps, {before} of them made",
            allowed=f"{before + 1} to {len(levels)}" if before < len(levels) else "more levels",
            mend="change `stop`",
        )
    state = yield from driven(noise, model, solver, levels, run, Context(run.meter), stop)
    return Halfway(stop, state)
