"""Guidance by observations and toward minorities, against exact laws."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from nodes.contracts.asking import predict
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.contracts.operator import Measurement, Operator
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.guidance.minority import minority
from nodes.guidance.observation import observation
from nodes.model.gaussian import gaussian
from nodes.solver.ddim import ddim
from tests.nodes.gaussian import context, pure_noise, query
from tests.oracles import Oracle

LENGTH = 5
SERIES = torch.tensor([[0.8 ** abs(i - j) for j in range(LENGTH)] for i in range(LENGTH)], dtype=torch.float64)
"""The covariance of an autoregressive series."""
PRIOR = gaussian(mean=(0.0,) * LENGTH, covariance=tuple(SERIES.flatten().tolist()))
ROUND = gaussian(mean=(0.0, 0.0), std=(1.0,))


class Start(Operator):
    """Sees the first three entries of a series."""

    abilities = frozenset({"linear"})

    def apply(self, x: Tensor, rows: Rows) -> Tensor:
        """The first three."""
        return x[:, :3]


SEEN = Measurement(torch.tensor([[1.0, -0.5, 0.7]], dtype=torch.float64))
LEVELS = Levels(torch.cat([torch.logspace(1.5, -2, 24, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)]))


def at(model: Model, x: Tensor, s: float = 1.3) -> Tensor:
    """Its x0."""
    return predict(model, query(x, s), context()).x0


def ends(model: Model, count: int = 4) -> Tensor:
    """Where noise goes."""
    made = pure_noise(count, model.space.event)
    return solve(model, ddim(), Sample(made.x, made.s, model.space, made.rows), LEVELS, context()).x


def test_the_pull_of_squares_is_the_closed_form_of_a_gaussian_series(oracle: Oracle) -> None:
    """x0 + scale (σ²/α) J Aᵀ (y − A x0) with J = α C (α² C + σ²)⁻¹: of unit noise not the Kalman mean, but this."""
    x = torch.randn(3, LENGTH, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    alpha, sigma = 1 / math.hypot(1, 1.3), 1.3 / math.hypot(1, 1.3)
    gain = alpha * SERIES @ torch.linalg.inv(alpha**2 * SERIES + sigma**2 * torch.eye(LENGTH, dtype=torch.float64))
    x0 = x @ gain.T
    apart = torch.zeros_like(x0)
    apart[:, :3] = SEEN.y - x0[:, :3]
    expected = x0 + 2 * sigma**2 / alpha * apart @ gain
    found = at(observation(PRIOR, Start(), SEEN, scale=2.0), x)
    oracle("guidance.observation", "Gauss series, squares: closed form", float((found - expected).abs().max()), 1e-12)


def test_what_was_seen_is_approached_and_high_quantiles_lie_above_low_ones(oracle: Oracle) -> None:
    free, pulled = ends(PRIOR), ends(observation(PRIOR, Start(), SEEN))
    misses = [float((x[:, :3] - SEEN.y).square().mean()) for x in (free, pulled)]
    oracle("guidance.observation", "squared distance to what was seen, over the free one's", misses[1] / misses[0], 0.5)
    low, high = (
        ends(observation(PRIOR, Start(), SEEN, loss="quantile", quantile=kappa, scale=2.0)).mean()
        for kappa in (0.05, 0.95)
    )
    oracle("guidance.observation", "mean at κ = 0.05 less that at κ = 0.95", float(low - high), -0.1)


def test_the_middle_quantile_treats_both_signs_alike() -> None:
    x = torch.randn(3, LENGTH, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    turned = Measurement(-SEEN.y)
    one = at(observation(PRIOR, Start(), SEEN, loss="quantile"), x)
    other = at(observation(PRIOR, Start(), turned, loss="quantile"), -x)
    torch.testing.assert_close(one, -other)


def test_minorities_lie_further_out_the_more_they_are_wanted(oracle: Oracle) -> None:
    radii = [float(ends(minority(ROUND, scale=scale), 48).norm(dim=1).mean()) for scale in (0.0, 0.3, 0.8)]
    oracle("guidance.minority", "round Gauss: mean radius unguided over guided", radii[0] / radii[1], 0.95)
    oracle("guidance.minority", "and further with a larger scale", radii[1] / radii[2], 0.95)


def test_at_zero_they_are_the_model_bitwise_and_else_cost_what_they_say() -> None:
    x = torch.randn(3, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    ctx = context()
    predict(minority(ROUND), query(x, 1.3), ctx)
    assert (ctx.meter.rows, ctx.meter.backwards) == (6, 3)
    assert torch.equal(at(minority(ROUND, scale=0.0), x), at(ROUND, x))
    ctx, series = context(), torch.zeros(2, LENGTH, dtype=torch.float64)
    answer = predict(observation(PRIOR, Start(), SEEN), query(series, 1.3), ctx)
    assert (ctx.meter.rows, ctx.meter.backwards) == (2, 2)
    assert not answer.x0.requires_grad
    assert torch.equal(at(observation(PRIOR, Start(), SEEN, scale=0.0), series), at(PRIOR, series))
