"""What a model is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from graphs import data
from nodes.contracts.aligned import moved_all, taken
from nodes.contracts.changes import Changes, take_changes
from nodes.contracts.cond import Cond
from nodes.contracts.devices import moved, take_rows
from nodes.contracts.rows import Rows


@dataclass(frozen=True)
class Query:
    """A question to a model: what is x0, given `x` at level `s`?

    `x` [B, *event]; `s` and `to` [B] or [B, *map] float64, the level of x and the one that the answer will be used to
    reach; `cond` row-aligned or None for no condition; `step` [B] int64 counts the row's steps; `stage` counts the
    questions within a step. `x` and `cond` lie on the device of the computation, all else on the CPU.

    `memory` is what models kept at earlier steps, aligned with the rows of the solver's state; `at` [B] are the
    positions there of this question's rows (None: all of them, in order), and `path` is the model's place in the stack.
    `changes` alter the network for these rows, as an adapter does.
    """

    x: Tensor
    s: Tensor
    to: Tensor
    rows: Rows
    step: Tensor
    cond: Cond | None = None
    at: Tensor | None = None
    memory: Mapping[str, Tensor] = field(default_factory=dict)
    stage: int = 0
    path: tuple[str, ...] = ()
    changes: Changes = field(default_factory=dict)

    def take(self, index: Tensor) -> Query:
        """The question of these rows only."""
        return replace(
            self,
            x=take_rows(self.x, index),
            s=self.s[index],
            to=self.to[index],
            rows=self.rows.take(index),
            step=self.step[index],
            cond=None if self.cond is None else self.cond.take(index),
            at=index if self.at is None else self.at[index],
            changes=take_changes(self.changes, index),
        )

    def inside(self, place: int = 0) -> Query:
        """The same question, to be passed on by a model to the model inside it at that place."""
        return replace(self, path=(*self.path, str(place)))

    def key(self, name: str) -> str:
        """Where in the memory this place of the stack keeps what it calls `name`."""
        return "/".join(("", *self.path, name))

    def recall(self, name: str, like: Tensor) -> Tensor:
        """What was kept under this name, row-aligned; zeros like `like` where nothing of its shape was.

        Another shape is there where a stored state goes on under another model.
        """
        entry = self.memory.get(self.key(name))
        if entry is None or entry.shape[1:] != like.shape[1:]:
            return torch.zeros_like(like)
        return entry if self.at is None else take_rows(entry, self.at)


@data
class Prediction:
    """An answer: the predicted x0 [B, *event], where the question's x lies; for tokens logits [B, L, V].

    `eps` only where a method needs a pair that does not belong together; the step then starts from α x0 + σ ε.
    `keep` is what the model wants to find in the memory at its next step, row-aligned; it is written at stage 0 only.
    `aux` is what a person may want to see, row-aligned: a strength, a residual.
    """

    x0: Tensor
    eps: Tensor | None = None
    keep: Mapping[str, Tensor] = field(default_factory=dict)
    aux: Mapping[str, Tensor] = field(default_factory=dict)

    def take(self, index: Tensor) -> Prediction:
        """The answer for these rows only."""
        eps = None if self.eps is None else take_rows(self.eps, index)
        return Prediction(take_rows(self.x0, index), eps, taken(self.keep, index), taken(self.aux, index))

    def to(self, device: str) -> Prediction:
        """The same answer on that device."""
        eps = None if self.eps is None else moved(self.eps, device)
        return Prediction(moved(self.x0, device), eps, moved_all(self.keep, device), moved_all(self.aux, device))
