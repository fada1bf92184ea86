"""Guidance by any reward of clean points: loss, energy and universal guidance."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Annotated, Literal, TypeAlias

import torch
from torch import Tensor

from graphs import Curve, CurveOver, Estimate, Known, LevelCurve, Number, Span, abilities, also, needs, node
from nodes.contracts.context import Context
from nodes.contracts.levels import alpha_sigma, factor
from nodes.contracts.model import Model
from nodes.contracts.query import Prediction, Query
from nodes.contracts.reward import Reward, score
from nodes.contracts.sample import Sample
from nodes.guidance.branches import refuse_tokens, values_at
from nodes.guidance.pulling import nested, reach_of, require_differentiable, require_gradients
from nodes.guidance.through_model import Slope, ThroughModel, without_graph

Form: TypeAlias = Literal["score", "unit"]


def cost(known: Known) -> Estimate:
    """The model's own; passes backward and rewards count apart."""
    most = known.number("num_samples") + known.number("backward_steps")
    return Estimate(each=known.input("model").each + Span(0, most.high) * known.asks("reward"))


@node(abilities=abilities(like="model", without=("prompt",)), cost=cost)
def universal(
    model: Model,
    reward: Annotated[Reward, needs("differentiable")],
    *,
    rho: Annotated[Curve, CurveOver(minimum=0, maximum=1e4, step=0.1), also("strength", "scale")] = 1.0,
    form: Form = "score",
    mu: Annotated[Curve, CurveOver(minimum=0, maximum=1e4, step=0.1), also("backward_scale")] = 0.0,
    backward_steps: Annotated[int, Number(integer=True, minimum=1, maximum=1000), also("N_iter")] = 1,
    num_samples: Annotated[int, Number(integer=True, minimum=1, maximum=1000), also("mc_samples")] = 1,
    smoothing: Annotated[float, Number(minimum=0, maximum=10, step=0.05), also("gamma_bar")] = 1.0,
    clip: Annotated[float, Number(minimum=0, maximum=1e6, infinite=True)] = math.inf,
) -> Model:
    """Guidance by a reward of clean points: loss, energy, universal and training-free guidance in one.

    Through the model: g = (∂x0/∂x)ᵀ ∇r(x0). "score": x0' = x0 + rho · (σ²/α) g, the gradient of r(x0) added to the
    score, exact for Gaussian data and a linear r (FreeDoM: Yu et al. 2023, arXiv:2303.09833; forward guidance of
    universal guidance: Bansal et al. 2023, arXiv:2302.07121). "unit": x0' = x0 + rho · g/|g|. With `num_samples` n > 1,
    r is log (1/n) Σ exp r(x0 + smoothing · σ z_j), as loss-guided diffusion has it (Song et al. 2023). Then, without
    the model's gradient, `backward_steps` times x0' ← x0' + mu · ∇r(x0'). What is added through the model is no longer
    than clip · σ in each row. At s = inf nothing is added through the model. With solver.time_travel around the solver
    it is training-free guidance (TFG: Ye et al. 2024, arXiv:2409.15761). Curves give each level a strength of its own.
    For latents put reward.decoded around a reward of pictures. Shown: `reward` [B].
    Cost: 1 model row per sample, 1 pass backward where rho is not 0, n rewards and 1 for each backward step; with rho
    and mu 0 the model itself, bitwise. Errors: a reward without gradients; a model without, unless rho is 0; tokens.
    """
    refuse_tokens(model)
    require_gradients(reward)
    if isinstance(rho, LevelCurve) or rho:
        require_differentiable(model, "set `rho` to 0 and `mu` above, which needs no gradients of the model")
    return Universal(model, reward, rho, form, Backward(mu, backward_steps), Smoothing(num_samples, smoothing), clip)


@dataclass(frozen=True)
class Backward:
    """Steps of x0 along the reward's own gradient."""

    mu: float | LevelCurve = 0.0
    steps: int = 1


@dataclass(frozen=True)
class Smoothing:
    """A reward's mean over points about x0."""

    samples: int = 1
    width: float = 1.0


class Universal(ThroughModel):
    """A model guided by a reward of clean points."""

    shown = "reward"

    def __init__(
        self,
        model: Model,
        reward: Reward,
        rho: float | LevelCurve,
        form: Form,
        backward: Backward,
        smoothing: Smoothing,
        clip: float,
    ) -> None:
        super().__init__(model, rho)
        self.reward, self.backward, self.smoothing, self.clip = reward, backward, smoothing, clip
        self.form: Form = form

    def answer(self, q: Query, ctx: Context) -> Prediction:
        """Moved through the model, and then without it."""
        found = super().answer(q, ctx)
        mu = values_at(self.backward.mu, q.s)
        if not bool((mu != 0).any()):
            return found
        deeper, x0 = nested(q), found.x0
        for _ in range(self.backward.steps):
            x0 = x0 + factor(mu, x0) * self._uphill(q, x0, ctx, deeper=deeper)
        moved = replace(found, x0=x0)
        return moved if deeper else without_graph(moved)

    def objective(self, q: Query, x0: Tensor, ctx: Context) -> Tensor:
        """The reward, or the log mean of its exponential about x0."""
        if self.smoothing.samples == 1:
            return self._score(q, x0, ctx)
        _, sigma = alpha_sigma(q.s)
        width = factor(self.smoothing.width * sigma, x0)
        around = [
            self._score(q, x0 + width * ctx.noise.normal(q, "universal", number), ctx)
            for number in range(self.smoothing.samples)
        ]
        return torch.logsumexp(torch.stack(around), 0) - math.log(self.smoothing.samples)

    def moved(self, q: Query, scale: Tensor, slope: Slope, ctx: Context) -> Prediction:
        """Along the gradient through the model."""
        gradient = slope.gradient
        if self.form == "unit":
            alpha, _ = alpha_sigma(q.s)
            shift = factor(torch.where(alpha > 0, scale, 0.0), gradient) * gradient / _norm(gradient)
        else:
            shift = factor(reach_of(scale, q.s), gradient) * gradient
        if math.isfinite(self.clip):
            _, sigma = alpha_sigma(q.s)
            shift = shift * (factor(self.clip * sigma, shift) / _norm(shift)).clamp_max(1)
        return Prediction(slope.answer.x0 + shift, slope.answer.eps)

    def _score(self, q: Query, x0: Tensor, ctx: Context) -> Tensor:
        return score(self.reward, Sample(x0, torch.zeros_like(q.s), self.space, q.rows), ctx)

    def _uphill(self, q: Query, x0: Tensor, ctx: Context, *, deeper: bool) -> Tensor:
        with torch.enable_grad():
            at = x0 if x0.requires_grad else x0.detach().requires_grad_()
            (gradient,) = torch.autograd.grad(self._score(q, at, ctx).sum(), at, create_graph=deeper)
        return gradient


def _norm(x: Tensor) -> Tensor:
    """Each row's norm, [B, 1, …], beside x and above 0."""
    norm: Tensor = torch.linalg.vector_norm(x.flatten(1), dim=1).clamp_min(torch.finfo(x.dtype).tiny)
    return norm.reshape(-1, *(1,) * (x.ndim - 1))
