"""A sample in the middle of being solved: data, so that it can be stored, taken apart and put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace

import torch
from torch import Tensor

from graphs import data
from nodes.contracts.aligned import joined, joined_rows, moved_all, taken
from nodes.contracts.devices import moved, take_rows
from nodes.contracts.levels import beside
from nodes.contracts.query import Prediction
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space


@data
class State:
    """A sample in the middle of being solved.

    `x` [B, *event] at level `s` [B] or [B, *map] after `step` [B] steps; rows that are `done` [B] are stepped no more.
    `pred` is the last prediction. It is the answer of the model `pred_for` at (x, s) for going to `pred_to`, like s;
    NaN there where it is not, as after a step. `past` is what the solver needs of earlier steps and `memory` what the
    models kept, row-aligned. x, pred, past and memory lie on the device of the computation; the rest on the CPU.
    """

    x: Tensor
    s: Tensor
    step: Tensor
    rows: Rows
    space: Space
    done: Tensor
    pred: Prediction | None = None
    pred_for: str = ""
    pred_to: Tensor | None = None
    past: Mapping[str, Tensor] = field(default_factory=dict)
    memory: Mapping[str, Tensor] = field(default_factory=dict)

    @staticmethod
    def at(sample: Sample, x: Tensor, s: Tensor) -> State:
        """The state of a sample that has been brought to x and s, before its first step."""
        still = torch.zeros(len(sample.rows), dtype=torch.int64)
        return State(x, s, still, sample.rows, sample.space, still.bool())

    def take(self, index: Tensor, rows: Rows | None = None) -> State:
        """The rows at these positions, with all their history; `rows` gives them another lineage."""
        return replace(
            self,
            x=take_rows(self.x, index),
            s=self.s[index],
            step=self.step[index],
            rows=self.rows.take(index) if rows is None else rows,
            done=self.done[index],
            pred=None if self.pred is None else self.pred.take(index),
            pred_to=None if self.pred_to is None else self.pred_to[index],
            past=taken(self.past, index),
            memory=taken(self.memory, index),
        )

    @staticmethod
    def cat(states: Sequence[State]) -> State:
        """The rows of all states, in order. Answers of another model than the first one's are forgotten."""
        asked = next((state.pred_for for state in states if state.pred_for), "")
        sizes = [len(state.rows) for state in states]
        return State(
            x=torch.cat([state.x for state in states]),
            s=torch.cat([state.s for state in states]),
            step=torch.cat([state.step for state in states]),
            rows=Rows.cat([state.rows for state in states]),
            space=states[0].space,
            done=torch.cat([state.done for state in states]),
            pred=_joined_predictions([state.pred for state in states], sizes),
            pred_for=asked,
            pred_to=torch.cat([state.answered_for(asked) for state in states]),
            past=joined([state.past for state in states], sizes),
            memory=joined([state.memory for state in states], sizes),
        )

    def put(self, index: Tensor, part: State) -> State:
        """The state with the rows at these positions replaced by those of `part`."""
        rest = torch.ones(len(self.rows), dtype=torch.bool).index_fill(0, index, value=False).nonzero()[:, 0]
        return State.cat([part, self.take(rest)]).take(torch.argsort(torch.cat([index, rest])))

    def answered_for(self, model: str) -> Tensor:
        """The level [B] or [B, *map] for which the prediction answers the model of that digest; NaN for none."""
        if self.pred_to is None or not model or self.pred_for != model:
            return torch.full_like(self.s, torch.nan)
        return self.pred_to

    def reached(self, x: Tensor, s: Tensor) -> State:
        """The state one step further, at x and s; the prediction stays to be shown, and answers nothing any more."""
        return replace(self, x=x, s=s, step=self.step + 1, pred_to=None)

    def guess(self) -> Sample:
        """What the sample would become by the last prediction: the committed x0 at s = 0, the thing to preview."""
        clean = torch.zeros_like(self.s)
        if self.pred is None:
            return Sample(self.x, clean, self.space, self.rows)
        x0 = self.space.commit(self.pred.x0, self.rows)
        return Sample(torch.where(beside(self.s == 0, x0), self.x, x0), clean, self.space, self.rows)

    def to(self, device: str) -> State:
        """The state with its points on that device."""
        return replace(
            self,
            x=moved(self.x, device),
            pred=None if self.pred is None else self.pred.to(device),
            past=moved_all(self.past, device),
            memory=moved_all(self.memory, device),
        )


@data(colour="#3f8fb0")
class Halfway:
    """A state that a sampler can go on from: it was reached after `position` steps of the levels."""

    position: int
    state: State

    def to(self, device: str) -> Halfway:
        """The same with the state's points on that device."""
        return Halfway(self.position, self.state.to(device))

    def describe(self) -> str:
        """Count, position and level."""
        return f"{len(self.state.rows)} rows after {self.position} steps, at s = {float(self.state.s.min()):.4g}"


def _joined_predictions(parts: Sequence[Prediction | None], sizes: Sequence[int]) -> Prediction | None:
    if all(part is None for part in parts):
        return None
    x0 = joined_rows([None if part is None else part.x0 for part in parts], sizes)
    eps = [None if part is None else part.eps for part in parts]
    return Prediction(
        x0,
        None if all(entry is None for entry in eps) else joined_rows(eps, sizes),
        joined([{} if part is None else part.keep for part in parts], sizes),
        joined([{} if part is None else part.aux for part in parts], sizes),
    )
