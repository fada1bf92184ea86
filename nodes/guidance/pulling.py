"""What guidance by a reward shares: gradients that others may go on differentiating, and scores that become shifts."""

from __future__ import annotations

import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.context import Context
from nodes.contracts.levels import alpha_sigma, factor
from nodes.contracts.model import Model
from nodes.contracts.query import Prediction, Query
from nodes.contracts.reward import Reward, score
from nodes.contracts.sample import Sample


def require_gradients(reward: Reward) -> None:
    """`InputError` where a reward has no gradients to follow."""
    if "differentiable" not in reward.abilities:
        raise InputError(
            "the reward gives no gradients",
            where="reward",
            given=type(reward).__name__,
            allowed='a reward with the ability "differentiable", as reward.brightness',
            mend="use a method without gradients, as search.fk_steering",
        )


def require_differentiable(model: Model, mend: str) -> None:
    """`InputError` where a model has no gradients to go through."""
    if "differentiable" not in model.abilities:
        raise InputError(
            "the model gives no gradients",
            where="model",
            given=type(model).__name__,
            allowed='a model with the ability "differentiable", as model.checkpoint',
            mend=mend,
        )


def nested(q: Query) -> bool:
    """Whether who asks wants gradients of the answer."""
    return torch.is_grad_enabled() and q.x.requires_grad


def noisy_gradient(reward: Reward, model: Model, q: Query, ctx: Context) -> tuple[Tensor, Tensor]:
    """∇ r(x, s) [B, *event] and r [B] of a reward that reads noised points, at those that are asked about."""
    deeper = nested(q)
    with torch.enable_grad():
        x = q.x if q.x.requires_grad else q.x.detach().requires_grad_()
        scores = score(reward, Sample(x, q.s, model.space, q.rows), ctx)
        (gradient,) = torch.autograd.grad(scores.sum(), x, create_graph=deeper)
    return gradient, scores if deeper else scores.detach()


def reach_of(scale: Tensor, s: Tensor) -> Tensor:
    """What makes a shift of x0 of a score, scale · σ²/α, like s; 0 at s = inf, where x says nothing of x0."""
    alpha, sigma = alpha_sigma(s)
    return torch.where(alpha > 0, scale * sigma.square() / alpha, 0.0)


def shifted(answer: Prediction, scale: Tensor, s: Tensor, gradient: Tensor) -> Prediction:
    """The answer for the score + scale · gradient."""
    return Prediction(answer.x0 + factor(reach_of(scale, s), gradient) * gradient, answer.eps)
