"""What guidance between two conditions shares: whom it asks about which rows, and how the rows are put together."""

from __future__ import annotations

from abc import abstractmethod

import torch
from torch import Tensor

from graphs import LevelCurve
from nodes.contracts.cond import Cond
from nodes.contracts.context import Context
from nodes.contracts.devices import put_rows
from nodes.contracts.model import Asks, Mixer, Model
from nodes.contracts.query import Prediction, Query
from nodes.guidance.branches import bound, narrowed, put, rows_where, values_at


class TwoBranches(Mixer):
    """A model asked under `first` about all rows, and under `second` about the rows whose scale is not `null`."""

    null: float = 1.0

    def __init__(self, model: Model, first: Cond | None, second: Cond | None, scale: float | LevelCurve) -> None:
        self.model, self.first, self.second, self.scale = model, first, second, scale
        self.space = model.space
        self.abilities = model.abilities - {"prompt", "conditional"}

    @abstractmethod
    def guide(self, q: Query, scale: Tensor, first: Prediction, second: Prediction) -> Prediction:
        """The answer for the guided rows, which alone are in q; `scale` is like their levels."""

    def scales(self, s: Tensor) -> Tensor:
        """The scale at levels s, like them."""
        return values_at(self.scale, s)

    def cost(self, s: float) -> float:
        """Twice the model's cost where it is guided."""
        level = torch.tensor([s], dtype=torch.float64)
        return self.model.cost(s) * (2 if bool((self.scales(level) != self.null).any()) else 1)

    def asks(self, q: Query, ctx: Context) -> Asks:
        """The first question for all rows; the second one for the rows that are guided."""
        asked: Asks = [(self.model, bound(q, self.first))]
        guided = rows_where(self.scales(q.s) != self.null)
        if len(guided):
            asked.append((self.model, bound(narrowed(q, guided), self.second)))
        return asked

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """The first answer, and in its guided rows what is made of both; the other rows keep what they had."""
        if len(answers) == 1:
            return answers[0]
        scales = self.scales(q.s)
        guided = rows_where(scales != self.null)
        inner = narrowed(q, guided)
        first = answers[0] if inner is q else answers[0].take(guided)
        part = self.guide(inner, scales[guided], first, answers[1])
        whole = put(q, answers[0], guided, part)
        keep = {name: entry if inner is q else _among(q, name, guided, entry) for name, entry in part.keep.items()}
        return Prediction(whole.x0, whole.eps, keep, whole.aux)


def _among(q: Query, name: str, index: Tensor, part: Tensor) -> Tensor:
    return put_rows(q.recall(name, part.new_zeros(len(q.rows), *part.shape[1:])), index, part)
