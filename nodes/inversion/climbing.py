"""Sampling over rising levels."""

from __future__ import annotations

from graphs import RunContext, Steps
from nodes.contracts.context import Context
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.solver.sample import driven


def climbed(sample: Sample, model: Model, solver: Solver, levels: Levels, run: RunContext) -> Steps[Sample]:
    """A sample at the last level, taken by the solver over the levels from their last to their first."""
    ctx = Context(run.meter)
    state = yield from driven(sample, model, solver, Levels(levels.s.flip(0)), run, ctx)
    return solver.finish(state, ctx)
