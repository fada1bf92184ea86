"""Models that remember, for tests."""

from __future__ import annotations

from dataclasses import replace

import torch

from nodes.contracts.asking import predict
from nodes.contracts.context import Context
from nodes.contracts.model import Asks, Mixer, Model, Wrapper
from nodes.contracts.query import Prediction, Query


class Running(Mixer):
    """Half of the answer and half of what it said before: a memory that every step depends on."""

    def __init__(self, model: Model) -> None:
        self.model, self.space = model, model.space

    def cost(self, s: float) -> float:
        """The model's."""
        return self.model.cost(s)

    def asks(self, q: Query, ctx: Context) -> Asks:
        """The question as it is."""
        return [(self.model, q)]

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """The mean with what was kept."""
        mean = (answers[0].x0 + q.recall("mean", answers[0].x0)) / 2
        return Prediction(mean, keep={"mean": mean}, aux={"size": mean.flatten(1).norm(dim=1)})


class Some(Mixer):
    """Asks one model for the rows at which a mask holds, and another for the rest."""

    def __init__(self, first: Model, second: Model, mask: list[bool]) -> None:
        self.first, self.second, self.mask, self.space = first, second, mask, first.space

    def cost(self, s: float) -> float:
        """Of either."""
        return max(self.first.cost(s), self.second.cost(s))

    def indices(self, q: Query) -> list[torch.Tensor]:
        """The rows of either, by their origin."""
        mask = torch.tensor(self.mask)[q.rows.origin]
        return [mask.nonzero()[:, 0], (~mask).nonzero()[:, 0]]

    def asks(self, q: Query, ctx: Context) -> Asks:
        """Each for its rows."""
        return [(m, q.take(i)) for m, i in zip((self.first, self.second), self.indices(q), strict=True)]

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """The rows in their order."""
        order = torch.argsort(torch.cat(self.indices(q)))
        return Prediction(torch.cat([answer.x0 for answer in answers])[order])


class Around(Wrapper):
    """Asks the model inside by itself."""

    def __init__(self, model: Model) -> None:
        self.model, self.space = model, model.space

    def cost(self, s: float) -> float:
        """The model's."""
        return self.model.cost(s)

    def answer(self, q: Query, ctx: Context) -> Prediction:
        """The inside's, with one thing more to keep."""
        answer = predict(self.model, q.inside(), ctx)
        count = q.recall("count", answer.x0[:, :1]) + 1
        return replace(answer, keep={**answer.keep, "count": count})
