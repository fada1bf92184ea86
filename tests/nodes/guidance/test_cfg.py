"""Classifier-free guidance against its formula, at its null setting, and by its cost."""

from __future__ import annotations

import math

import pytest
import torch

from graphs import InputError, LevelCurve
from graphs.declaration.node import NodeFunction
from nodes.contracts.asking import predict
from nodes.contracts.cond import Cond
from nodes.contracts.model import Model
from nodes.guidance.apg import apg
from nodes.guidance.cfg import Guided, cfg
from nodes.guidance.cfgpp import cfgpp
from nodes.guidance.conditional import conditional
from tests.nodes.gaussian import Gaussian, context, means, query
from tests.oracles import Oracle

X = torch.randn(4, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(2))


def exact(mean: float, s: float, variance: float = 0.5) -> torch.Tensor:
    """The Gaussian's x0 for one mean, written out."""
    y = X * math.sqrt(1 + s * s)
    return (variance * y + s * s * mean) / (variance + s * s)


@pytest.mark.parametrize("scale", [0.0, 0.5, 2.5, 7.0])
@pytest.mark.parametrize("s", [0.1, 1.0, 30.0])
def test_guidance_extrapolates_from_negative_to_positive(scale: float, s: float, oracle: Oracle) -> None:
    model = cfg(Gaussian(variance=0.5), means(1.0), means(-2.0), guidance_scale=scale)
    answer = predict(model, query(X, s), context()).x0
    expected = exact(-2.0, s) + scale * (exact(1.0, s) - exact(-2.0, s))
    oracle("guidance.cfg", "Gaussians: the line through both x0", float((answer - expected).abs().max()), 1e-12)


def test_without_a_negative_the_model_is_asked_for_nothing_in_particular() -> None:
    model = cfg(Gaussian(mean=0.25, variance=0.5), means(1.0), guidance_scale=3.0)
    answer = predict(model, query(X, 1.0), context()).x0
    torch.testing.assert_close(answer, exact(0.25, 1.0) + 3 * (exact(1.0, 1.0) - exact(0.25, 1.0)))


def test_nested_guidance_asks_its_own_negative_not_the_outer_condition() -> None:
    inner = cfg(Gaussian(variance=0.5), means(1.0), guidance_scale=2.0)
    outer = Guided(inner, means(9.0), None, 1.0)
    assert torch.equal(predict(outer, query(X, 1.0), context()).x0, predict(inner, query(X, 1.0), context()).x0)


@pytest.mark.parametrize("guide", [cfg, cfgpp, apg, conditional])
def test_a_model_whose_condition_is_bound_cannot_be_guided_and_says_so(
    guide: NodeFunction[[Model, Cond], Model],
) -> None:
    with pytest.raises(InputError, match="takes no condition") as caught:
        guide(conditional(Gaussian(), means(1.0)), means(2.0))
    assert caught.value.given == "Conditional"


def test_scale_one_is_the_positive_prediction_bitwise_at_half_the_cost() -> None:
    ctx = context()
    answer = predict(cfg(Gaussian(), means(1.0), means(-1.0), guidance_scale=1.0), query(X, 1.3), ctx).x0
    bare = Gaussian()
    asked = query(X, 1.3, means(1.0).gather(torch.zeros(4, dtype=torch.int64)))
    assert torch.equal(answer, predict(bare, asked, context()).x0)
    assert ctx.meter.rows == 4


def test_a_curve_guides_each_row_by_its_own_level_and_asks_nothing_superfluous() -> None:
    curve = LevelCurve(((1.0, 1.0), (2.0, 3.0)), "linear")
    model = Guided(Gaussian(variance=0.5), means(1.0), means(-1.0), curve)
    q = query(X, 1.0)
    levels = torch.tensor([0.5, 1.5, 2.0, 9.0], dtype=torch.float64)
    ctx = context()
    answer = predict(model, type(q)(q.x, levels, levels, q.rows, q.step), ctx).x0
    for row, (s, scale) in enumerate([(0.5, 1.0), (1.5, 2.0), (2.0, 3.0), (9.0, 3.0)]):
        expected = exact(-1.0, s)[row] + scale * (exact(1.0, s)[row] - exact(-1.0, s)[row])
        torch.testing.assert_close(answer[row], expected)
    assert ctx.meter.rows == 4 + 3
    assert [model.cost(s) for s in (0.5, 1.5)] == [1, 2]
