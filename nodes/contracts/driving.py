"""The driver, which folds a solver's steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.context import Context
from nodes.contracts.levels import Levels, any_place
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.state import Halfway, State


def drive(model: Model, solver: Solver, sample: Sample | Halfway, levels: Levels, ctx: Context) -> Iterator[State]:
    """The state at the first level and after each step, without gradients.

    Rows that are done, or at the next level already, are not stepped. From a `Halfway` the first state is that one, and
    the steps are those that it has before it.
    """
    if isinstance(sample, Sample):
        sample = of_its_law(sample, model)
    if isinstance(sample, Halfway):
        position, state = sample.position, sample.state
        solver.own(state.space)
    else:
        with torch.no_grad():
            position, state = 0, solver.start(sample, levels, ctx)
    yield state
    for s_next in levels.of(state.rows)[position + 1 :]:
        with torch.no_grad():
            state = advance(model, solver, state, s_next, ctx)
        yield state


def of_its_law(sample: Sample, model: Model) -> Sample:
    """The sample with the model's law of noise, where that is not normal; data may get any, other noise is refused."""
    law = model.space.source
    if law is None or sample.space.source == law:
        return sample
    if bool((sample.s != 0).any()):
        raise InputError(
            "the noise has another law than the model was made for",
            where="noise",
            given=f"noise of the law {sample.space.source or 'normal'}",
            allowed=f"noise of the law {law}",
            mend="wire the model to `like` of the noise",
        )
    return replace(sample, space=replace(sample.space, source=law))


def solve(model: Model, solver: Solver, sample: Sample | Halfway, levels: Levels, ctx: Context) -> Sample:
    """The sample at the last level."""
    for state in drive(model, solver, sample, levels, ctx):
        last = state
    with torch.no_grad():
        return solver.finish(last, ctx)


def advance(model: Model, solver: Solver, state: State, s_next: Tensor, ctx: Context) -> State:
    """One step of the rows that have one to make."""
    moving = any_place(state.s != s_next) & ~state.done
    if bool(moving.all()):
        return solver.step(model, state, s_next, ctx)
    if not bool(moving.any()):
        return state
    index = moving.nonzero()[:, 0]
    return state.put(index, solver.step(model, state.take(index), s_next[index], ctx))
