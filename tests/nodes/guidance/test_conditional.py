"""A model with its condition bound to it."""

from __future__ import annotations

import torch

from nodes.contracts.asking import predict
from nodes.guidance.cfg import Guided
from nodes.guidance.conditional import Conditional, conditional
from tests.nodes.gaussian import Gaussian, context, means, query

X = torch.randn(4, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(2))


def test_it_is_the_model_under_the_condition_bitwise_at_its_cost() -> None:
    ctx, leaf = context(), Gaussian()
    answer = predict(conditional(leaf, means(1.0, -2.0)), query(X, 1.3), ctx)
    asked = query(X, 1.3, means(1.0, -2.0, 1.0, -2.0))
    assert torch.equal(answer.x0, predict(leaf, asked, context()).x0)
    assert (ctx.meter.rows, ctx.meter.launches) == (4, 1)


def test_what_is_bound_further_inside_wins() -> None:
    inner = conditional(Gaussian(), means(1.0))
    for outer in (Conditional(inner, means(9.0)), Guided(inner, means(9.0), means(-9.0), 3.0)):
        answer = predict(outer, query(X, 1.3), context()).x0
        torch.testing.assert_close(answer, predict(inner, query(X, 1.3), context()).x0)


def test_text_goes_to_the_model_inside_only() -> None:
    class Reading(Gaussian):
        abilities = frozenset({"prompt", "conditional", "differentiable"})

    assert conditional(Reading(), means(1.0)).abilities == {"differentiable"}
