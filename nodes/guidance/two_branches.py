"""Guidance between two conditions of one model."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from torch import Tensor

from graphs import LevelCurve
from nodes.contracts.cond import Cond
from nodes.contracts.model import Asks, Model
from nodes.contracts.query import Prediction, Query
from nodes.guidance.branches import bound
from nodes.guidance.many_branches import ManyBranches


class TwoBranches(ManyBranches):
    """A model asked under `first` about all rows, and under `second` about the rows whose scale is not `null`."""

    def __init__(self, model: Model, first: Cond | None, second: Cond | None, scale: float | LevelCurve) -> None:
        super().__init__(model, scale)
        self.first, self.second = first, second
        self.abilities = model.abilities - {"prompt", "conditional"}

    @abstractmethod
    def guide(self, q: Query, scale: Tensor, first: Prediction, second: Prediction) -> Prediction:
        """The answer for the guided rows, which alone are in q; `scale` is like their levels."""

    def costs(self, s: float) -> tuple[float, float]:
        """The model's own, twice."""
        return self.model.cost(s), self.model.cost(s)

    def first_question(self, q: Query) -> tuple[Model, Query]:
        """Under the first condition."""
        return self.model, bound(q, self.first)

    def other_questions(self, q: Query) -> Asks:
        """Under the second."""
        return [(self.model, bound(q, self.second))]

    def guide_by(self, q: Query, scale: Tensor, first: Prediction, others: Sequence[Prediction]) -> Prediction:
        """What is made of both."""
        return self.guide(q, scale, first, others[0])
