"""Composition of models against the law of composed Gaussians, at its null settings, and by its cost."""

from __future__ import annotations

import pytest
import torch

from graphs import Estimate, InputError, Known, Span
from nodes.contracts.asking import predict
from nodes.contracts.driving import solve
from nodes.contracts.model import Model
from nodes.guidance.cfgpp import cfgpp
from nodes.guidance.compose import Mode, compose, cost
from nodes.guidance.conditional import conditional
from nodes.levels.karras import karras
from nodes.solver.heun import heun
from tests.nodes.gaussian import Gaussian, context, means, pure_noise, query
from tests.oracles import Oracle

X = torch.randn(4, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
LEAF = Gaussian(0.25, 0.5)


def about(mean: float) -> Model:
    """The Gaussian about another mean."""
    return conditional(LEAF, means(mean))


def at(model: Model) -> torch.Tensor:
    """The x0 of a model."""
    return predict(model, query(X, 1.3), context()).x0


@pytest.mark.parametrize(
    ("mode", "weights", "mean"),
    [
        ("convex", (), (1.0 - 2.0 + 4.0) / 3),
        ("convex", (1.0, 2.0, 1.0), (1.0 - 4.0 + 4.0) / 4),
        ("product", (), 0.25 + 0.75 - 2.25 + 3.75),
        ("product", (0.5, -1.0, 2.0), 0.25 + 0.5 * 0.75 + 2.25 + 2 * 3.75),
    ],
)
def test_gaussians_of_one_covariance_compose_to_the_weighted_mean(
    mode: Mode, weights: tuple[float, ...], mean: float, oracle: Oracle
) -> None:
    model = compose((about(1.0), about(-2.0), about(4.0)), LEAF, weights=weights, mode=mode)
    noise, levels = pure_noise(8), karras(num_inference_steps=9)
    found, expected = (solve(one, heun(), noise, levels, context()).x for one in (model, about(mean)))
    oracle("guidance.compose", "Gaussians: that of the composed mean", float((found - expected).abs().max()), 1e-12)


@pytest.mark.parametrize("mode", ["convex", "product"])
def test_one_model_of_weight_one_is_itself_bitwise_and_nothing_else_is_asked(mode: Mode) -> None:
    ctx = context()
    model = compose((about(1.0), about(-2.0)), LEAF, weights=(1.0, 0.0), mode=mode)
    assert torch.equal(predict(model, query(X, 1.3), ctx).x0, at(about(1.0)))
    assert (ctx.meter.rows, model.cost(1.3)) == (4, 1)


def test_an_average_of_the_same_is_the_same_and_is_asked_once() -> None:
    ctx = context()
    answer = predict(compose((about(1.0), about(1.0)), weights=(0.3, 0.7)), query(X, 1.3), ctx).x0
    torch.testing.assert_close(answer, at(about(1.0)))
    assert ctx.meter.rows == 4


def test_everything_is_asked_in_one_launch() -> None:
    ctx = context()
    model = compose((about(1.0), about(-2.0)), LEAF, mode="product")
    predict(model, query(X, 1.3), ctx)
    assert (ctx.meter.launches, ctx.meter.rows) == (1, 12)


def test_a_model_of_weight_zero_and_a_base_without_a_share_are_not_asked() -> None:
    ctx, other = context(), Gaussian()
    predict(compose((about(1.0), other, about(2.0)), other, weights=(0.5, 0, 0.5), mode="product"), query(X, 1.3), ctx)
    assert (ctx.meter.rows, other.asked) == (8, [])


def test_a_noise_of_its_own_is_composed_like_the_prediction() -> None:
    pair = cfgpp(LEAF, means(1.0), means(-1.0))
    answer = predict(compose((pair, about(2.0)), weights=(0.25, 0.75)), query(X, 1.3), context())
    alone = predict(pair, query(X, 1.3), context())
    alpha, sigma = 1 / (1 + 1.3**2) ** 0.5, 1.3 / (1 + 1.3**2) ** 0.5
    assert answer.eps is not None
    assert alone.eps is not None
    expected = 0.25 * alone.eps + 0.75 * (X - alpha * at(about(2.0))) / sigma
    torch.testing.assert_close(answer.eps, expected)


def test_abilities_are_those_that_all_have() -> None:
    class Able(Gaussian):
        abilities = frozenset({"differentiable", "prompt"})

    assert compose((Able(), Able())).abilities == {"differentiable"}
    assert compose((Able(), Gaussian())).abilities == frozenset()


@pytest.mark.parametrize(
    ("weights", "mode", "base", "message"),
    [
        ((1.0,), "convex", True, "one weight for each model"),
        ((1.0, -1.0), "convex", True, "no average"),
        ((0.0, 0.0), "convex", True, "no average"),
        ((1.0, 1.0), "product", False, "needs the unconditional model"),
    ],
)
def test_weights_that_make_no_sense_are_refused(
    weights: tuple[float, ...], mode: Mode, base: bool, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        compose((about(1.0), about(2.0)), LEAF if base else None, weights=weights, mode=mode)


def test_models_on_other_spaces_are_refused() -> None:
    with pytest.raises(InputError, match="one space"):
        compose((Gaussian(), Gaussian(event=(3,))))


@pytest.mark.parametrize(
    ("values", "each"),
    [
        ({"weights": (), "mode": "convex"}, Span.of(5)),
        ({"weights": (), "mode": "product"}, Span.of(6)),
        ({"weights": (0.5, 0.5), "mode": "product"}, Span.of(5)),
        ({"weights": (0.0, 2.0), "mode": "convex"}, Span.of(3)),
        ({"weights": (0.0, 2.0), "mode": "product"}, Span.of(4)),
        ({"weights": None, "mode": "convex"}, Span(0, 6)),
    ],
)
def test_the_declared_cost_is_that_of_the_models_that_are_asked(values: dict[str, object], each: Span) -> None:
    two, three, one = (Estimate(each=Span.of(number)) for number in (2, 3, 1))
    assert cost(Known(values, {"models": (two, three), "base": (one,)})).each == each
