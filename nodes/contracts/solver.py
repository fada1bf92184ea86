"""The solver contract, its state, and the driver that folds the steps."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from graphs import InputError, behaviour, data
from nodes.contracts.devices import moved, take_rows
from nodes.contracts.levels import Levels, alpha_sigma, factor, place
from nodes.contracts.model import Context, Model, Prediction, Query, predict
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample, Space


@data
class State:
    """A sample in the middle of being solved.

    `x` [B, *event] at level `s` [B] after `step` [B] steps; `x0` is the last prediction, None before the first.
    x and x0 lie on the device of the computation; s, step and rows on the CPU, where the driver reads them.
    """

    x: Tensor
    s: Tensor
    step: Tensor
    rows: Rows
    space: Space
    x0: Tensor | None = None

    def take(self, index: Tensor, rows: Rows | None = None) -> State:
        """The rows at these positions, with all their history; `rows` gives them another lineage."""
        x0 = None if self.x0 is None else take_rows(self.x0, index)
        kept = self.rows.take(index) if rows is None else rows
        return State(take_rows(self.x, index), self.s[index], self.step[index], kept, self.space, x0)

    @staticmethod
    def cat(states: Sequence[State]) -> State:
        """The rows of all states, in order."""
        guesses = [state.x0 for state in states if state.x0 is not None]
        return State(
            x=torch.cat([state.x for state in states]),
            s=torch.cat([state.s for state in states]),
            step=torch.cat([state.step for state in states]),
            rows=Rows.cat([state.rows for state in states]),
            space=states[0].space,
            x0=torch.cat(guesses) if len(guesses) == len(states) else None,
        )

    def guess(self) -> Sample:
        """What the sample would become by the last prediction: x0 at s = 0, the thing to preview."""
        x0 = self.x if self.x0 is None else self.x0
        return Sample(x0, torch.zeros_like(self.s), self.space, self.rows)

    def to(self, device: str) -> State:
        """The state with its points on that device."""
        return replace(self, x=moved(self.x, device), x0=None if self.x0 is None else moved(self.x0, device))


@data
class Halfway:
    """A state that the driver can go on from: it was reached after `position` steps of the levels."""

    position: int
    state: State

    def to(self, device: str) -> Halfway:
        """The same with the state's points on that device."""
        return Halfway(self.position, self.state.to(device))


@behaviour(colour="#2f9e8f")
class Solver(ABC):
    """Takes a noised sample from one level to the next, asking a model."""

    abilities: frozenset[str] = frozenset()

    @abstractmethod
    def calls(self, steps: int) -> float:
        """How often it asks the model in so many steps that end at s = 0."""

    def start(self, sample: Sample, levels: Levels, ctx: Context) -> State:
        """The state at the first level."""
        first = levels.rows(len(sample.rows))[0]
        return State(
            _enter(sample, first), first.clone(), torch.zeros_like(sample.rows.seed), sample.rows, sample.space
        )

    @abstractmethod
    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """The state at level s_next [B]."""

    def finish(self, state: State, ctx: Context) -> Sample:
        """The sample; its rows get a lineage of their own, so that noise added later is not the noise taken away."""
        return Sample(state.x, state.s, state.space, state.rows.fork(1, "sampled"))


def ask(model: Model, state: State, x: Tensor, s: Tensor, to: Tensor, ctx: Context) -> Prediction:
    """The model's answer at (x, s) for the rows of a state that are on their way to level `to`."""
    return predict(model, Query(x, s, to, state.rows, state.step), ctx)


def look(model: Model, state: State, to: Tensor, ctx: Context) -> tuple[State, Tensor]:
    """Ask at the state itself. The state's x is moved to α x0 + σ ε where the model gave an ε of its own.

    Returns the state, which holds the prediction, and x0 [B, *event].
    """
    answer = ask(model, state, state.x, state.s, to, ctx)
    x = state.x if answer.eps is None else place(answer.x0, answer.eps, state.s)
    return replace(state, x=x, x0=answer.x0), answer.x0


def advance(state: State, x: Tensor, s_next: Tensor) -> State:
    """The state one step further, at x and s_next."""
    return replace(state, x=x, s=s_next, step=state.step + 1)


def drive(
    model: Model, solver: Solver, sample: Sample, levels: Levels, ctx: Context, begun: Halfway | None = None
) -> Iterator[State]:
    """The state at the first level and after each step, without gradients; rows already at the next level stay.

    `begun` is where an earlier drive of the same got to; then the first state is that one.
    """
    with torch.no_grad():
        state = solver.start(sample, levels, ctx) if begun is None else begun.state
    yield state
    done = 0 if begun is None else begun.position
    for s_next in levels.rows(len(sample.rows))[done + 1 :]:
        with torch.no_grad():
            state = _one_step(model, solver, state, s_next, ctx)
        yield state


def _one_step(model: Model, solver: Solver, state: State, s_next: Tensor, ctx: Context) -> State:
    moving = state.s != s_next
    if bool(moving.all()):
        return solver.step(model, state, s_next, ctx)
    if not bool(moving.any()):
        return state
    index = moving.nonzero()[:, 0]
    moved = solver.step(model, state.take(index), s_next[index], ctx)
    still = (~moving).nonzero()[:, 0]
    both = State.cat([moved, state.take(still)])
    return both.take(torch.argsort(torch.cat([index, still])))


def _enter(sample: Sample, first: Tensor) -> Tensor:
    """The x at the first level. From pure noise the unknown x0 is 0: x = σ ε (EDM, arXiv:2206.00364, Algorithm 1)."""
    noise = torch.isinf(sample.s)
    away = (~noise & ~torch.isclose(sample.s, first, rtol=1e-6)) | (~noise & torch.isinf(first))
    if bool(away.any()):
        row = int(away.nonzero()[0])
        raise InputError(
            "the sample is not at the level where the levels begin",
            given=f"a sample at s = {float(sample.s[row]):.4g}, levels from s = {float(first[row]):.4g}",
            allowed="pure noise, or a sample at the first level",
            mend="begin the levels at the sample's own level, or wire noise",
        )
    _, sigma = alpha_sigma(first)
    scale = torch.where(noise, sigma, 1.0)
    return factor(scale, sample.x) * sample.x
