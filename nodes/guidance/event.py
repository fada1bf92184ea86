"""Event guidance: samples for which something holds."""

from __future__ import annotations

import math
from typing import Annotated

import torch
from torch import Tensor

from graphs import Curve, CurveOver, Estimate, Known, LevelCurve, Number, Span, abilities, also, needs, node
from nodes.contracts.context import Context
from nodes.contracts.levels import beside
from nodes.contracts.model import Model
from nodes.contracts.query import Prediction, Query
from nodes.contracts.reward import Reward, score
from nodes.contracts.sample import Sample
from nodes.guidance.branches import refuse_tokens
from nodes.guidance.pulling import reach_of, require_differentiable, require_gradients
from nodes.guidance.through_model import Slope, ThroughModel

HALF_LOG_TAU = 0.5 * math.log(2 * math.pi)


def cost(known: Known) -> Estimate:
    """The model's own; passes backward and rewards count apart."""
    return Estimate(each=known.input("model").each + Span(0, 2) * known.asks("reward"))


@node(abilities=abilities(like="model", without=("prompt",)), cost=cost)
def event(
    model: Annotated[Model, needs("differentiable")],
    reward: Annotated[Reward, needs("differentiable")],
    *,
    at_least: Annotated[float, Number(minimum=-1e6, maximum=1e6, step=0.1), also("threshold")] = 0.0,
    scale: Annotated[Curve, CurveOver(minimum=0, maximum=100, step=0.1), also("strength")] = 1.0,
) -> Model:
    """Event guidance (Finzi et al. 2023, arXiv:2306.07526): p(x | C(x) ≥ c) of an event that is defined afterwards.

    P(E | x) ≈ Φ(u), u = (C(x0) − c)/√v, v = ∇Cᵀ Cov(x0 | x) ∇C with Cov = (σ²/α) ∂x0/∂x, for the reward C and
    c = `at_least`; x0' = x0 + scale · (σ²/α) φ(u)/Φ(u) g/√v with g = (∂x0/∂x)ᵀ ∇C, v taken as constant. For Gaussian
    data and a linear C it is exact at every level. x0 [B, *event]; for C(x) ≤ c wire the reward's negative. Nothing is
    done at s = inf. A curve gives each level a scale of its own. Shown: `value`, C, and `probability`, Φ(u), [B].
    Cost: 1 model row per sample, 1 pass backward and 2 rewards; with scale 0 the model itself, bitwise.
    Errors: a model or a reward without gradients; a model of tokens.
    """
    refuse_tokens(model)
    require_gradients(reward)
    require_differentiable(model, "use search.fk_steering, which needs no gradients")
    return Conditioned(model, reward, at_least, scale)


class Conditioned(ThroughModel):
    """A model of what has a reward of at least so much."""

    shown = "value"

    def __init__(self, model: Model, reward: Reward, least: float, scale: float | LevelCurve) -> None:
        super().__init__(model, scale)
        self.reward, self.least = reward, least

    def objective(self, q: Query, x0: Tensor, ctx: Context) -> Tensor:
        """The reward."""
        return score(self.reward, Sample(x0, torch.zeros_like(q.s), self.space, q.rows), ctx)

    def moved(self, q: Query, scale: Tensor, slope: Slope, ctx: Context) -> Prediction:
        """Along the gradient of log Φ(u)."""
        with torch.enable_grad():
            x0 = slope.answer.x0 if slope.answer.x0.requires_grad else slope.answer.x0.detach().requires_grad_()
            value = self.objective(q, x0, ctx)
            (uphill,) = torch.autograd.grad(value.sum(), x0, create_graph=slope.deeper)
        reach = reach_of(torch.ones_like(scale), q.s)
        spread = (beside(reach.to(uphill.dtype), uphill) * uphill * slope.gradient).flatten(1).sum(1).double()
        root = spread.clamp_min(torch.finfo(torch.float64).tiny).sqrt()
        u = (slope.objective - self.least) / root
        log_share = torch.special.log_ndtr(u)
        pull = torch.exp(-0.5 * u.square() - HALF_LOG_TAU - log_share) / root
        pull = torch.where(spread > 0, pull, 0.0).to(uphill.dtype)
        shift = beside((scale * reach).to(uphill.dtype), uphill) * beside(pull, uphill) * slope.gradient
        return Prediction(slope.answer.x0 + shift, slope.answer.eps, aux={"probability": log_share.exp()})
