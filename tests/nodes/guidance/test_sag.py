"""Self-attention guidance with masks of its own, against plain arithmetic."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.asking import predict
from nodes.contracts.model import Model
from nodes.guidance.sag import SelfGuided, sag
from tests.laws.exact import Exact
from tests.nodes.gaussian import Gaussian, context, query
from tests.oracles import Oracle

X = torch.randn(3, 1, 4, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
ALPHA, SIGMA = 1 / math.hypot(1, 1.3), 1.3 / math.hypot(1, 1.3)


def at(model: Model, x: Tensor = X) -> Tensor:
    """Its x0."""
    return predict(model, query(x, 1.3), context()).x0


def blur(x: Tensor, std: float) -> Tensor:
    """By a matrix: mirrored places summed one by one."""
    side, half = x.shape[-1], min(math.ceil(3 * std), x.shape[-1] - 1)
    weights = [math.exp(-((k / std) ** 2) / 2) for k in range(-half, half + 1)]
    matrix = torch.zeros(side, side, dtype=x.dtype)
    for place in range(side):
        for k, weight in zip(range(-half, half + 1), weights, strict=True):
            seen = abs(place + k)
            matrix[place, 2 * (side - 1) - seen if seen >= side else seen] += weight / sum(weights)
    return matrix @ x @ matrix.T


def test_it_is_the_papers_rule_on_the_noise(oracle: Oracle) -> None:
    """ε' = ε + s (ε − ε̃), in plain arithmetic."""
    model = Exact()
    x0 = at(model)
    eps = (X - ALPHA * x0) / SIGMA
    there = ALPHA * blur(x0, 0.8) + SIGMA * eps
    worse = (there - ALPHA * at(model, there)) / SIGMA
    expected = (X - SIGMA * (eps + 0.6 * (eps - worse))) / ALPHA
    found = at(sag(model, sag_scale=0.6, blur_sigma=0.8, mask="ones"))
    oracle("guidance.sag", "ε' = ε + s (ε − ε̃) with everything blurred", float((found - expected).abs().max()), 1e-12)


def test_where_the_mask_is_empty_nothing_is_changed(oracle: Oracle) -> None:
    """A picture of one grey has no place that changes more than the mean."""
    flat = torch.full((2, 1, 4, 4), 0.4, dtype=torch.float64)
    apart = at(sag(Exact(), sag_scale=2.0), flat) - at(Exact(), flat)
    oracle("guidance.sag", "mask 0: identity", float(apart.abs().max()), 1e-14)


def test_only_where_the_picture_changes_it_is_blurred() -> None:
    x0 = torch.zeros(1, 1, 6, 6, dtype=torch.float64)
    x0[..., 3:] = 1
    soft = SelfGuided(Exact(), 1.0, 1.0, "gradient").softened(x0)
    assert set((soft != x0).nonzero()[:, 3].tolist()) == {3}


def test_it_asks_twice_and_at_scale_zero_once_bitwise() -> None:
    ctx = context()
    predict(sag(Exact()), query(X, 1.3), ctx)
    assert (ctx.meter.rows, ctx.meter.launches) == (6, 2)
    ctx = context()
    assert torch.equal(predict(sag(Exact(), sag_scale=0.0), query(X, 1.3), ctx).x0, at(Exact()))
    assert ctx.meter.rows == 3


def test_points_are_refused() -> None:
    with pytest.raises(InputError, match="only pictures"):
        sag(Gaussian())
