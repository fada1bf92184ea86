"""`predict`: whatever is stacked, a round is one launch for each leaf."""

from __future__ import annotations

import pytest
import torch

from graphs import InputError
from nodes.contracts.asking import predict
from nodes.contracts.context import Context
from nodes.contracts.model import Mixer, Model
from nodes.contracts.query import Prediction, Query
from nodes.guidance.cfg import Guided
from tests.nodes.gaussian import Gaussian, context, means, query


class Half(Mixer):
    """The mean of two models."""

    def __init__(self, first: Model, second: Model) -> None:
        self.first, self.second, self.space = first, second, first.space
        self.abilities = first.abilities & second.abilities

    def cost(self, s: float) -> float:
        """Both."""
        return self.first.cost(s) + self.second.cost(s)

    def asks(self, q: Query, ctx: Context) -> list[tuple[Model, Query]]:
        """Each of the two."""
        return [(self.first, q), (self.second, q)]

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """Their mean."""
        return Prediction((answers[0].x0 + answers[1].x0) / 2)


def test_guidance_is_one_launch_of_twice_the_rows() -> None:
    model, ctx = Gaussian(), context()
    predict(Guided(model, means(1.0), None, 3.0), query(torch.zeros(4, 2, dtype=torch.float64), 2.0), ctx)
    assert (ctx.meter.launches, ctx.meter.rows) == (1, 8)


def test_a_stack_three_deep_is_one_launch() -> None:
    leaf, ctx = Gaussian(), context()
    inner = Guided(leaf, means(1.0), means(-1.0), 2.0)
    stack = Half(Half(inner, leaf), Guided(leaf, means(0.5), None, 4.0))
    predict(stack, query(torch.zeros(3, 2, dtype=torch.float64), 1.0), ctx)
    assert (ctx.meter.launches, ctx.meter.rows) == (1, 3 * 4), "two of the five questions are the same"
    assert stack.cost(1.0) == 5


def test_two_leaves_are_two_launches() -> None:
    ctx = context()
    predict(Half(Gaussian(), Gaussian(1.0)), query(torch.zeros(2, 2, dtype=torch.float64), 1.0), ctx)
    assert ctx.meter.launches == 2


def test_a_batch_of_four_equals_four_of_one() -> None:
    leaf = Gaussian(variance=0.3)
    model = Guided(leaf, means(1.0, -1.0), None, 2.5)
    x = torch.randn(4, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    q = query(x, 1.7)
    together = predict(model, q, context()).x0
    alone = [predict(model, q.take(torch.tensor([row])), context()).x0 for row in range(4)]
    assert torch.equal(together, torch.cat(alone))


def test_conditions_take_turns_by_origin() -> None:
    leaf = Gaussian()
    predict(Guided(leaf, means(1.0, 2.0), None, 1.0), query(torch.zeros(5, 2, dtype=torch.float64), 1.0), context())
    cond = leaf.asked[0].cond
    assert cond is not None
    assert cond.entries["mean"][:, 0].tolist() == [1.0, 2.0, 1.0, 2.0, 1.0]


def test_a_model_without_text_says_which_has_it() -> None:
    with pytest.raises(InputError, match="takes no text"):
        Gaussian().prompt(("seven",))


def test_points_with_other_axes_than_the_leafs_are_refused() -> None:
    with pytest.raises(InputError, match="another shape") as caught:
        predict(Gaussian(event=(1, 2, 2)), query(torch.zeros(2, 4), 1.0), context())
    assert (caught.value.given, caught.value.allowed) == (
        "points of shape [4], a model of 1×2×2 plane",
        "points of shape [1, 2, 2]",
    )
    # A network may read pictures of many sizes, so the sizes are left to it.
    assert predict(Gaussian(event=(1, 2, 2)), query(torch.zeros(2, 1, 4, 4), 1.0), context()).x0.shape == (2, 1, 4, 4)
