"""Perp-Neg: its geometry, its limits, and its cost."""

from __future__ import annotations

import pytest
import torch

from graphs import Estimate, InputError, Known, LevelCurve, Span
from nodes.contracts.asking import predict
from nodes.contracts.cond import Cond
from nodes.contracts.model import Model
from nodes.contracts.query import Query
from nodes.guidance.cfg import cfg
from nodes.guidance.conditional import Conditional, conditional
from nodes.guidance.perp_neg import cost, perp_neg
from nodes.model.mixture import mixture
from tests.nodes.gaussian import context, query
from tests.oracles import Oracle

LAW = mixture(
    preset="own", dimension=2, means=(1.0, 0.0, -0.5, 1.0, 0.2, -1.0), covariances=(0.3, 0.1, 0.1, 0.2), names="a\nb\nc"
)
X = torch.randn(4, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(2))


def told(text: str) -> Cond:
    """A condition of the mixture."""
    return LAW.prompt((text,))


def at(model: Model) -> torch.Tensor:
    """Its x0."""
    return predict(model, query(X, 1.3), context()).x0


def test_what_a_negative_takes_away_is_perpendicular_to_the_positive(oracle: Oracle) -> None:
    free = at(Conditional(LAW, None))
    positive = at(conditional(LAW, told("a"))) - free
    negative = at(conditional(LAW, told("b"))) - free
    pulled = (at(perp_neg(LAW, told("a"), (told("b"),), guidance_scale=4.0)) - free) / 4 - positive
    oracle("guidance.perp_neg", "⟨pull − Δ_+, Δ_+⟩ = 0", float((pulled * positive).sum(1).abs().max()), 1e-12)
    assert bool(((pulled * negative).sum(1) < 0).all())


def test_each_of_several_negatives_is_perpendicular_to_the_positive_itself(oracle: Oracle) -> None:
    """D_u + w (Δ_+ − Σ w_j Δ_j⊥), in plain arithmetic of each row."""
    free, positive = at(Conditional(LAW, None)), at(conditional(LAW, told("a")))
    expected = []
    for row in range(len(X)):
        toward = positive[row] - free[row]
        pull = toward.clone()
        for name, weight in (("b", 1.0), ("c", 0.5)):
            away = at(conditional(LAW, told(name)))[row] - free[row]
            pull -= weight * (away - (away @ toward) / (toward @ toward) * toward)
        expected.append(free[row] + 4 * pull)
    found = at(perp_neg(LAW, told("a"), (told("b"), told("c")), guidance_scale=4.0, weights=(1.0, 0.5)))
    apart = float((found - torch.stack(expected)).abs().max())
    oracle("guidance.perp_neg", "two negatives: the formula row by row", apart, 1e-12)


def test_a_negative_along_the_positive_does_nothing(oracle: Oracle) -> None:
    plain = at(cfg(LAW, told("a"), guidance_scale=4.0))
    apart = at(perp_neg(LAW, told("a"), (told("a"), told("a")), guidance_scale=4.0)) - plain
    oracle("guidance.perp_neg", "a negative along the positive: CFG", float(apart.abs().max()), 1e-12)


def test_without_weights_it_is_plain_guidance(oracle: Oracle) -> None:
    plain = at(cfg(LAW, told("a"), guidance_scale=4.0))
    apart = at(perp_neg(LAW, told("a"), (told("b"), told("c")), guidance_scale=4.0, weights=(0.0, 0.0))) - plain
    oracle("guidance.perp_neg", "w_j = 0: CFG", float(apart.abs().max()), 1e-14)


def test_all_is_one_launch_and_rows_at_scale_zero_are_asked_once() -> None:
    curve = LevelCurve(((1.0, 0.0), (2.0, 3.0)), "linear")
    model = perp_neg(LAW, told("a"), (told("b"), told("c")), guidance_scale=curve)
    q, ctx = query(X, 1.0), context()
    levels = torch.tensor([0.5, 1.5, 1.0, 9.0], dtype=torch.float64)
    answer = predict(model, Query(X, levels, levels, q.rows, q.step), ctx)
    assert (ctx.meter.launches, ctx.meter.rows) == (1, 4 + 3 * 2)
    bare = predict(LAW, Query(X, levels, levels, q.rows, q.step), context()).x0
    assert torch.equal(answer.x0[[0, 2]], bare[[0, 2]])


@pytest.mark.parametrize(("scale", "each"), [(5.0, Span.of(4)), (0.0, Span.of(1)), (None, Span(1, 4))])
def test_the_declared_cost(scale: float | None, each: Span) -> None:
    wired = {"model": (Estimate(each=Span.of(1)),), "negatives": (Estimate(), Estimate())}
    assert cost(Known({"guidance_scale": scale}, wired)).each == each
    assert perp_neg(LAW, told("a"), (told("b"), told("c"))).cost(1.0) == 4


def test_another_number_of_weights_is_refused() -> None:
    with pytest.raises(InputError, match="one weight for each negative"):
        perp_neg(LAW, told("a"), (told("b"),), weights=(1.0, 2.0))
