"""Adaptive projected guidance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from graphs import Curve, CurveOver, Estimate, Known, LevelCurve, Number, Span, abilities, also, needs, node
from nodes.contracts.cond import Cond
from nodes.contracts.levels import factor
from nodes.contracts.model import Model
from nodes.contracts.query import Prediction, Query
from nodes.guidance.branches import (
    refuse_tokens,
    require_conditional,
)
from nodes.guidance.two_branches import TwoBranches

KEPT = "momentum"


def cost(known: Known) -> Estimate:
    """Twice the model's cost, once where the scale is 1; a curve may be 1 at some levels."""
    scale = known.value("guidance_scale")
    each = Span(1, 2) if scale is None or isinstance(scale, LevelCurve) else Span.of(1 if scale == 1 else 2)
    return Estimate(each=known.input("model").each * each)


@node(abilities=abilities(like="model", without=("prompt", "conditional")), cost=cost)
def apg(
    model: Annotated[Model, needs("conditional")],
    positive: Cond,
    negative: Cond | None = None,
    *,
    guidance_scale: Annotated[Curve, CurveOver(minimum=0, maximum=100, step=0.1), also("scale", "cfg_scale")] = 5.0,
    eta: Annotated[float, Number(minimum=0, maximum=10, step=0.05)] = 0.0,
    norm_threshold: Annotated[float, Number(minimum=0, maximum=1e6, infinite=True)] = 10.0,
    momentum: Annotated[float, Number(minimum=-1, maximum=1, step=0.05)] = -0.5,
) -> Model:
    """Adaptive projected guidance (Sadat et al. 2024, arXiv:2410.02416, Algorithm 1): guidance without oversaturation.

    Δ = D_pos − D_neg + momentum · (Δ of the step before), shortened to |Δ| ≤ norm_threshold, and split into the part
    along D_pos and the rest: D = D_pos + (guidance_scale − 1)·(Δ_rest + eta · Δ_along). Norms are each row's own.
    The Δ that is remembered is the one before it is shortened; it is remembered once a step, at the solver's first
    question. eta = 1, norm_threshold = inf, momentum = 0 is guidance.cfg. Shown: `delta_norm`, |Δ| before it is
    shortened, and `along`, the cosine of Δ and D_pos.
    Cost: 2 model rows per sample; 1 where the scale is 1, the prediction then being that under `positive`, bitwise.
    Errors: a model of tokens.
    """
    require_conditional(model)
    refuse_tokens(model)
    return ProjectedGuidance(model, positive, negative, guidance_scale, Projection(eta, norm_threshold), momentum)


@dataclass(frozen=True)
class Projection:
    """How a difference is shortened and split: its share along the prediction, and the longest that it may be."""

    eta: float = 0.0
    longest: float = math.inf

    def of(self, delta: Tensor, prediction: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What is left of Δ [B, *event]; |Δ| [B] before, and the cosine [B] between Δ and the prediction."""
        norm, length = _norm(delta), _norm(prediction)
        short = delta * (self.longest / norm.clamp_min(_tiny(norm))).clamp_max(1)
        inner = (short * prediction).flatten(1).sum(1).reshape(norm.shape)
        along = inner / length.square().clamp_min(_tiny(norm)) * prediction
        cosine = inner / (_norm(short) * length).clamp_min(_tiny(norm))
        return short - (1 - self.eta) * along, norm.flatten(), cosine.flatten()


class ProjectedGuidance(TwoBranches):
    """A model under adaptive projected guidance."""

    def __init__(
        self,
        model: Model,
        positive: Cond,
        negative: Cond | None,
        scale: float | LevelCurve,
        projection: Projection,
        momentum: float,
    ) -> None:
        super().__init__(model, positive, negative, scale)
        self.projection, self.momentum = projection, momentum

    def guide(self, q: Query, scale: Tensor, first: Prediction, second: Prediction) -> Prediction:
        """D_pos + (scale − 1) · what is left of Δ; Δ is remembered."""
        positive = first.x0
        delta = positive - second.x0
        if self.momentum:
            delta = delta + self.momentum * q.recall(KEPT, q.x)
        pull, norm, cosine = self.projection.of(delta, positive)
        x0 = positive + factor(scale - 1, pull) * pull
        return Prediction(x0, keep={KEPT: delta} if self.momentum else {}, aux={"delta_norm": norm, "along": cosine})


def _norm(x: Tensor) -> Tensor:
    """Each row's norm, [B, 1, …], beside x."""
    norm: Tensor = torch.linalg.vector_norm(x.flatten(1), dim=1)
    return norm.reshape(-1, *(1,) * (x.ndim - 1))


def _tiny(x: Tensor) -> float:
    return torch.finfo(x.dtype).tiny
