"""What guidance between several conditions shares: whom it asks about which rows, and how the rows are put together."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from graphs import LevelCurve
from nodes.contracts.context import Context
from nodes.contracts.devices import put_rows
from nodes.contracts.model import Asks, Mixer, Model
from nodes.contracts.query import Prediction, Query
from nodes.guidance.branches import narrowed, put, rows_where, values_at

PULL = "pull"
"""What guidance tells: how far it moves x0 from the first answer, the root mean square over the numbers of a row."""


class ManyBranches(Mixer):
    """A first question about all rows, and others about the rows whose scale is not `null`."""

    null: float = 1.0

    def __init__(self, model: Model, scale: float | LevelCurve) -> None:
        self.model, self.scale = model, scale
        self.space = model.space
        self.abilities = model.abilities - {"prompt"}

    @abstractmethod
    def first_question(self, q: Query) -> tuple[Model, Query]:
        """What is asked about all rows."""

    @abstractmethod
    def other_questions(self, q: Query) -> Asks:
        """What is asked besides about the guided rows, which alone are in q."""

    @abstractmethod
    def guide_by(self, q: Query, scale: Tensor, first: Prediction, others: Sequence[Prediction]) -> Prediction:
        """The answer for the guided rows, which alone are in q; `scale` is like their levels."""

    @abstractmethod
    def costs(self, s: float) -> tuple[float, float]:
        """What the first question costs at level s, and what all others do."""

    def scales(self, s: Tensor) -> Tensor:
        """The scale at levels s, like them."""
        return values_at(self.scale, s)

    def guided(self, q: Query) -> Tensor:
        """The positions of the rows that are guided."""
        return rows_where(self.scales(q.s) != self.null)

    def cost(self, s: float) -> float:
        """That of the first question, and where it is guided of all."""
        first, others = self.costs(s)
        level = torch.tensor([s], dtype=torch.float64)
        return first + others if bool((self.scales(level) != self.null).any()) else first

    def asks(self, q: Query, ctx: Context) -> Asks:
        """The first question for all rows; the others for the rows that are guided."""
        asked: Asks = [self.first_question(q)]
        guided = self.guided(q)
        if len(guided):
            asked += self.other_questions(narrowed(q, guided))
        return asked

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """The first answer, and in its guided rows what is made of all; the other rows keep what they had."""
        if len(answers) == 1:
            return answers[0]
        scales = self.scales(q.s)
        guided = self.guided(q)
        inner = narrowed(q, guided)
        first = answers[0] if inner is q else answers[0].take(guided)
        part = self.guide_by(inner, scales[guided], first, answers[1:])
        part = replace(part, aux={**part.aux, PULL: _length(part.x0 - first.x0)})
        whole = put(q, answers[0], guided, part)
        keep = {name: entry if inner is q else _among(q, name, guided, entry) for name, entry in part.keep.items()}
        return Prediction(whole.x0, whole.eps, keep, whole.aux)


def _length(moved: Tensor) -> Tensor:
    return moved.square().flatten(1).mean(1).sqrt()


def _among(q: Query, name: str, index: Tensor, part: Tensor) -> Tensor:
    return put_rows(q.recall(name, part.new_zeros(len(q.rows), *part.shape[1:])), index, part)
