"""Sampling with the way written down."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from graphs import RunContext, Steps, node
from nodes.contracts.context import Context
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.trajectory import Trajectory
from nodes.solver.recorded import Recorded, trajectory_of
from nodes.solver.sample import cost, driven
from nodes.solver.standard import standard_levels, standard_solver


class Way(NamedTuple):
    """A sample, and how it came about."""

    sample: Sample
    trajectory: Trajectory


@node(cost=cost)
def trajectory(
    noise: Sample,
    model: Model,
    solver: Solver | None = None,
    levels: Levels | None = None,
    *,
    run: RunContext,
) -> Steps[Way]:
    """Sample as solver.sample does, and record the way: levels, points, predicted x0, and the noise that was drawn.

    For N steps s and x hold N + 1 entries, x0 and z N each; z is there where the solver draws normal noise. A row that
    made fewer steps stays where it ended. The sample is that of solver.sample, bitwise,
    with the same solver and levels where none are wired.
    Cost: that of solver.sample; memory for three points a row and step. Errors: a sample at another level than the
    first.
    """
    ctx = Context(run.meter)
    solver = standard_solver() if solver is None else solver
    levels = standard_levels(noise) if levels is None else levels
    state = yield from driven(noise, model, Recorded(solver), levels, run, ctx)
    recorded = trajectory_of(state, levels)
    bare = {name: value for name, value in state.past.items() if not name.startswith("trajectory/")}
    return Way(solver.finish(replace(state, past=bare), ctx), recorded)
