"""Guidance by rewards of clean points: exact tilts, gradients, and what it costs."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.asking import predict
from nodes.contracts.model import Model
from nodes.contracts.reward import Reward
from nodes.guidance.universal import universal
from nodes.model.gaussian import gaussian
from nodes.model.mixture import mixture
from nodes.reward.function import scored_by
from nodes.reward.linear import linear
from tests.nodes.gaussian import Gaussian, context, query
from tests.oracles import Oracle

X = torch.randn(4, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
COVARIANCE = torch.tensor([[0.5, 0.1], [0.1, 0.4]], dtype=torch.float64)
PRIOR = gaussian(mean=(0.3, -0.2), covariance=(0.5, 0.1, 0.1, 0.4))
TILT = torch.tensor([0.8, -0.5], dtype=torch.float64)
LEVELS = (0.02, 0.3, 1.3, 20.0)


def at(model: Model, s: float = 1.3, x: Tensor = X) -> Tensor:
    """Its x0."""
    return predict(model, query(x, s), context()).x0


def near(target: float, strength: float = 1.0) -> Reward:
    """−strength |x − target|²/2."""
    return scored_by(
        lambda x: -strength * (x - target).square().flatten(1).sum(1) / 2, space="any", differentiable=True
    )


def test_a_linear_reward_gives_the_exact_score_of_the_tilted_law(oracle: Oracle) -> None:
    mean = torch.tensor([0.3, -0.2], dtype=torch.float64) + 1.5 * COVARIANCE @ TILT
    tilted = gaussian(mean=tuple(mean.tolist()), covariance=tuple(COVARIANCE.flatten().tolist()))
    model = universal(PRIOR, linear(direction=tuple(TILT.tolist())), rho=1.5)
    apart = max(float((at(model, s) - at(tilted, s)).abs().max()) for s in LEVELS)
    oracle("guidance.universal", "Gauss, reward a·x: the tilt N(m + ρ C a, C)", apart, 1e-9)


def test_the_gradient_is_that_of_the_reward_of_the_prediction(oracle: Oracle) -> None:
    law, reward, h = mixture(preset="ring", components=3, std=0.3), near(0.7), 1e-5
    alpha, sigma = 1 / math.hypot(1, 1.3), 1.3 / math.hypot(1, 1.3)
    found = (at(universal(law, reward)) - at(law)) * alpha / sigma**2

    def value(x: Tensor) -> Tensor:
        return -(at(law, x=x) - 0.7).square().sum(1) / 2

    step = h * torch.eye(2, dtype=torch.float64)
    slope = torch.stack([(value(X + axis) - value(X - axis)) / (2 * h) for axis in step], 1)
    oracle("guidance.universal", "ρ-term: ∇ r(x0(x)) by differences", float((found - slope).abs().max()), 1e-8)


def test_smoothing_by_the_exact_spread_gives_the_exact_score_of_a_quadratic_reward(oracle: Oracle) -> None:
    """Of N(0, I) the spread of x0 given x is σ, so the mean over it is the exact one; the posterior is N(b/2, 1/2)."""
    prior = gaussian(mean=(0.0, 0.0), std=(1.0,))
    exact = gaussian(mean=(0.4, 0.4), std=(math.sqrt(0.5),))
    x = X[:1]
    smooth = universal(prior, near(0.8), num_samples=3000)
    apart = float((at(smooth, 1.0, x) - at(exact, 1.0, x)).abs().max())
    oracle("guidance.universal", "smoothed quadratic reward: the posterior's x0 (3000 draws)", apart, 0.03)
    assert float((at(universal(prior, near(0.8)), 1.0, x) - at(exact, 1.0, x)).abs().max()) > 2 * apart


def test_smoothing_a_linear_reward_changes_nothing() -> None:
    reward = linear(direction=(0.8, -0.5))
    torch.testing.assert_close(at(universal(PRIOR, reward, num_samples=3)), at(universal(PRIOR, reward)))


def test_without_the_models_gradient_it_climbs_the_reward_itself(oracle: Oracle) -> None:
    ctx, bare = context(), Gaussian(0.3, 0.5)
    model = universal(bare, near(0.7), rho=0.0, mu=0.5, backward_steps=3)
    found = predict(model, query(X, 1.3), ctx).x0
    expected = 0.7 + (at(bare) - 0.7) * 0.5**3
    oracle("guidance.universal", "μ-steps: x0 ← x0 + μ ∇r(x0)", float((found - expected).abs().max()), 1e-12)
    assert (ctx.meter.rows, ctx.meter.backwards, ctx.meter.rewards) == (4, 0, 12)


def test_a_unit_step_is_as_long_as_it_says_and_a_clipped_one_no_longer() -> None:
    long = at(universal(PRIOR, near(0.7), rho=0.3, form="unit")) - at(PRIOR)
    torch.testing.assert_close(long.norm(dim=1), torch.full((4,), 0.3, dtype=torch.float64))
    sigma = 1.3 / math.hypot(1, 1.3)
    free, cut = (at(universal(PRIOR, near(0.7), rho=9.0, clip=clip)) - at(PRIOR) for clip in (math.inf, 0.4))
    torch.testing.assert_close(cut.norm(dim=1), free.norm(dim=1).clamp_max(0.4 * sigma))


def test_at_zero_it_is_the_model_bitwise_and_nothing_else_is_asked() -> None:
    ctx = context()
    answer = predict(universal(PRIOR, near(0.7), rho=0.0), query(X, 1.3), ctx)
    assert torch.equal(answer.x0, at(PRIOR))
    assert (ctx.meter.rows, ctx.meter.backwards, ctx.meter.rewards) == (4, 0, 0)
    assert torch.equal(at(universal(PRIOR, near(0.7)), math.inf), at(PRIOR, math.inf))


def test_it_costs_one_pass_backward_and_leaves_no_graph() -> None:
    ctx = context()
    answer = predict(universal(PRIOR, near(0.7), num_samples=2), query(X, 1.3), ctx)
    assert (ctx.meter.rows, ctx.meter.backwards, ctx.meter.rewards) == (4, 4, 8)
    assert not answer.x0.requires_grad
    assert not answer.aux["/reward"].requires_grad


def test_what_has_no_gradients_is_refused() -> None:
    with pytest.raises(InputError, match="the model gives no gradients"):
        universal(Gaussian(), near(0.0))
    with pytest.raises(InputError, match="the reward gives no gradients"):
        universal(PRIOR, scored_by(lambda x: x.flatten(1).sum(1)))
