"""Sampling over rising levels."""

from __future__ import annotations

import torch

from graphs import InputError, RunContext, Steps
from nodes.contracts.context import Context
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.solver.sample import driven


def climbed(sample: Sample, model: Model, solver: Solver, levels: Levels, run: RunContext) -> Steps[Sample]:
    """A sample at the last level, taken by the solver over the levels from their last to their first."""
    refuse_noise(sample, levels)
    ctx = Context(run.meter)
    state = yield from driven(sample, model, solver, Levels(levels.s.flip(0)), run, ctx)
    return solver.finish(state, ctx)


def refuse_noise(sample: Sample, levels: Levels) -> None:
    """Pure noise may enter any level, but there is nothing in it to be inverted."""
    if bool(torch.isinf(sample.s).any()):
        raise InputError(
            "pure noise comes from nothing that inversion could find",
            where="sample",
            given=sample.describe(),
            allowed=f"a sample at the last level, s = {float(levels.s[-1].max()):.4g}",
            mend="wire a finished sample, as of solver.sample",
        )
