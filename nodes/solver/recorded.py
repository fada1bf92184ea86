"""A solver that writes down the way it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import torch
from torch import Tensor

from nodes.contracts.context import Context
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.levels import Levels, any_place, beside
from nodes.contracts.model import Model
from nodes.contracts.solver import x0_of
from nodes.contracts.state import State
from nodes.contracts.trajectory import Trajectory
from nodes.solver.over import Over

TOLD = "told"
"""Before the name of what a model told beside its answers: "told/0/residual" is of its first inner model."""


class Recorded(Over):
    """A solver whose states hold, in `past`, each row's points, predictions and drawn normals at all its steps.

    Of what models tell beside their answers, numbers [B] are written down too.

    Being in `past` the record is taken apart, joined and stored with the state. It changes nothing else.
    """

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """The inner solver's step."""
        found = {"x": state.x}
        if "stochastic" in self.inner.abilities:
            kernel = self.inner.kernel(model, state, s_next, ctx)
            if isinstance(kernel, GaussianKernel):
                # The draw itself, not kernel.z(x), for a replay to be the same bitwise.
                found["z"] = kernel.noise(ctx)
            after = kernel.at(kernel.sample(ctx))
        else:
            after = self.inner.step(model, state, s_next, ctx)
        found["x0"] = x0_of(after)
        if after.pred is not None:
            found |= {TOLD + name: told for name, told in after.pred.aux.items() if told.ndim == 1}
        past = dict(after.past)
        for name, value in found.items():
            write(past, name, state.step, value)
        return replace(after, past=past)


def write(past: dict[str, Tensor], name: str, step: Tensor, value: Tensor) -> None:
    """Put the value of each row under the number of its step [B]."""
    numbers = sorted(set(step.tolist()))
    for number in numbers:
        key = entry(name, number)
        if len(numbers) == 1 and key not in past:
            past[key] = value
        else:
            past[key] = torch.where(beside(step == number, value), value, past.get(key, torch.zeros_like(value)))


def entry(name: str, number: int) -> str:
    """Where in `past` something of one step is written."""
    return f"trajectory/{name}/{number}"


def trajectory_of(state: State, levels: Levels) -> Trajectory:
    """The way of a state that has come to its end from the first of these levels.

    A row that made fewer steps than others (it waited, or was done) stays where it ended, with its last prediction.
    """
    count = int(state.step.max()) if len(state.rows) else 0
    s = ways(state, levels, count)
    return Trajectory(
        s,
        state.rows,
        state.space,
        x=torch.cat([_stacked(state.past, "x", state.step, count, state.x), state.x[None]]),
        x0=_stacked(state.past, "x0", state.step, count, x0_of(state)) if count else None,
        z=_stacked(state.past, "z", state.step, count, torch.zeros_like(state.x)) if _has(state, "z") else None,
        aux={name: _told(state, name, count) for name in _names(state)},
    )


def ways(state: State, levels: Levels, count: int) -> Tensor:
    """The level of each row before each of its steps and at its end, [count + 1, B] or [count + 1, B, *map]."""
    wanted = levels.of(state.rows)
    s = state.s.expand(count + 1, *state.s.shape).clone()
    place = torch.zeros_like(state.step)
    for now, then in pairwise(wanted):
        rows = (any_place(now != then) & (place < state.step)).nonzero()[:, 0]
        s[place[rows], rows] = now[rows]
        place[rows] += 1
    return s


def _stacked(past: Mapping[str, Tensor], name: str, step: Tensor, count: int, end: Tensor) -> Tensor:
    made = [torch.where(beside(step > number, end), past[entry(name, number)], end) for number in range(count)]
    return torch.stack(made) if made else end.new_zeros(0, *end.shape)


def _has(state: State, name: str) -> bool:
    return entry(name, 0) in state.past


def _names(state: State) -> list[str]:
    """What was told at any step, in order of its name."""
    start = entry(TOLD, 0).removesuffix("0").removesuffix("/")
    found = (key.removeprefix("trajectory/").rpartition("/")[0] for key in state.past if key.startswith(start))
    return sorted(set(found))


def _told(state: State, name: str, count: int) -> Tensor:
    """What was told under this name [count, B]; NaN at the steps where it was not."""
    steps = [state.past.get(entry(name, number)) for number in range(count)]
    nothing = torch.full_like(next(told for told in steps if told is not None), torch.nan)
    made = [
        nothing if told is None else torch.where(state.step > number, told, nothing)
        for number, told in enumerate(steps)
    ]
    return torch.stack(made)
