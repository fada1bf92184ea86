"""Which questions of a stack are one, and which are not; and where two models of a stack keep what they keep."""

from __future__ import annotations

from dataclasses import replace

import torch

from nodes.contracts.asking import predict
from nodes.contracts.model import Asks, Mixer, Model
from nodes.contracts.query import Prediction, Query
from tests.nodes.contracts.stateful import Running
from tests.nodes.gaussian import Gaussian, context, query

X = torch.tensor([[1.0, 2.0], [3.0, -1.0]], dtype=torch.float64)


class Two(Mixer):
    """Asks two models, the second on the way to another level if wanted."""

    def __init__(self, first: Model, second: Model, share: float = 1.0) -> None:
        self.first, self.second, self.share, self.space = first, second, share, first.space

    def cost(self, s: float) -> float:
        """Both."""
        return self.first.cost(s) + self.second.cost(s)

    def asks(self, q: Query, ctx: object) -> Asks:
        """The question to both."""
        return [(self.first, q), (self.second, replace(q, to=q.to * self.share))]

    def combine(self, q: Query, answers: list[Prediction], ctx: object) -> Prediction:
        """Their mean."""
        return Prediction((answers[0].x0 + answers[1].x0) / 2)


def test_questions_on_the_way_to_two_levels_are_two() -> None:
    leaf, same, other = Gaussian(), context(), context()
    q = replace(query(X, 1.0), to=torch.full((2,), 0.5, dtype=torch.float64))
    predict(Two(leaf, leaf), q, same)
    predict(Two(leaf, leaf, share=0.5), q, other)
    assert (same.meter.rows, other.meter.rows) == (2, 4)


def test_two_models_of_a_stack_keep_in_two_places() -> None:
    answer = predict(Two(Running(Gaussian()), Running(Gaussian(mean=5.0))), query(X, 1.0), context())
    assert set(answer.keep) == {"/0/mean", "/1/mean"}
    assert not torch.equal(answer.keep["/0/mean"], answer.keep["/1/mean"])
