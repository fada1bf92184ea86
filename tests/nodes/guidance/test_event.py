"""Event guidance against truncated Gaussians."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.asking import predict
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.sample import Sample
from nodes.guidance.event import event
from nodes.model.gaussian import gaussian
from nodes.reward.linear import linear
from nodes.solver.heun import heun
from tests.nodes.gaussian import Gaussian, context, pure_noise, query
from tests.oracles import Oracle

LINE = gaussian(mean=(0.3,), std=(0.7,))
X = torch.linspace(-2, 2, 9, dtype=torch.float64)[:, None]
LEAST = 0.8


def by_force(x: Tensor, s: float) -> Tensor:
    """E[x0 | x, x0 ≥ 0.8] by summing over a fine grid."""
    alpha, sigma = 1 / math.hypot(1, s), s / math.hypot(1, s)
    points = torch.linspace(LEAST, 12.0, 400001, dtype=torch.float64)
    logs = -0.5 * ((points - 0.3) / 0.7) ** 2 - 0.5 * ((x - alpha * points) / sigma) ** 2
    shares = torch.softmax(logs, 1)
    return (shares * points).sum(1, keepdim=True)


@pytest.mark.parametrize("s", [0.2, 1.3, 10.0])
def test_a_linear_event_of_a_gaussian_is_exact_at_every_level(s: float, oracle: Oracle) -> None:
    found = predict(event(LINE, linear(), at_least=LEAST), query(X, s), context()).x0
    apart = float((found - by_force(X, s)).abs().max())
    oracle("guidance.event", f"Gauss, linear event: E[x0 | x, E] at s = {s:g}", apart, 2e-4)


def test_samples_are_those_of_the_truncated_gaussian(oracle: Oracle) -> None:
    """The flow carries quantiles to quantiles: of starts at the normal's quantiles, ends are those of the law."""
    shares = torch.tensor([0.05, 0.3, 0.5, 0.8, 0.97], dtype=torch.float64)
    noise = pure_noise(5, (1,))
    start = Sample(torch.special.ndtri(shares)[:, None], noise.s, LINE.space, noise.rows)
    levels = Levels(torch.cat([torch.logspace(3, -3, 120, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)]))
    found = solve(event(LINE, linear(), at_least=LEAST), heun(), start, levels, context()).x[:, 0]
    below = float(torch.special.ndtr(torch.tensor((LEAST - 0.3) / 0.7, dtype=torch.float64)))
    expected = 0.3 + 0.7 * torch.special.ndtri(below + shares * (1 - below))
    oracle(
        "guidance.event", "samples: quantiles of the truncated Gaussian", float((found - expected).abs().max()), 0.01
    )
    assert bool((found > LEAST - 1e-3).all())


def test_it_costs_one_pass_backward_and_two_rewards_and_nothing_at_scale_zero() -> None:
    ctx = context()
    answer = predict(event(LINE, linear(), at_least=LEAST), query(X, 1.3), ctx)
    assert (ctx.meter.rows, ctx.meter.backwards, ctx.meter.rewards) == (9, 9, 18)
    assert not answer.x0.requires_grad
    assert bool(((answer.aux["/probability"] > 0) & (answer.aux["/probability"] < 1)).all())
    ctx = context()
    bare = predict(event(LINE, linear(), scale=0.0), query(X, 1.3), ctx).x0
    assert torch.equal(bare, predict(LINE, query(X, 1.3), context()).x0)
    assert (ctx.meter.backwards, ctx.meter.rewards) == (0, 0)


def test_a_model_without_gradients_is_refused() -> None:
    with pytest.raises(InputError, match="gives no gradients"):
        event(Gaussian(event=(1,)), linear())
