"""Minority guidance: samples that a model seldom makes."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import torch
from torch import Tensor

from graphs import Curve, CurveOver, Estimate, Known, LevelCurve, Number, abilities, also, needs, node
from nodes.contracts.asking import predict
from nodes.contracts.context import Context
from nodes.contracts.levels import place
from nodes.contracts.model import Model
from nodes.contracts.query import Prediction, Query
from nodes.guidance.branches import refuse_tokens, values_at
from nodes.guidance.perturbed import perturbed_cost
from nodes.guidance.pulling import require_differentiable, shifted
from nodes.guidance.through_model import Slope, ThroughModel


def cost(known: Known) -> Estimate:
    """Twice the model's, once where the scale is 0; the passes backward count apart."""
    return perturbed_cost(known, "scale")


@node(abilities=abilities(like="model", without=("prompt", "differentiable")), cost=cost)
def minority(
    model: Annotated[Model, needs("differentiable")],
    *,
    scale: Annotated[Curve, CurveOver(minimum=0, maximum=1e4, step=0.1), also("strength", "w")] = 0.2,
    sigma: Annotated[float, Number(minimum=1e-3, maximum=1e4, scale="log")] = 1.0,
) -> Model:
    """Self-guided minority sampling (Um & Ye 2024, arXiv:2407.11555), training-free: toward what is seldom seen.

    x0' = x0 + scale · (σ²/α) ∇_x d/2 with d = |x0 − D̃|²: D̃ is the model's answer to α' x0 + σ' ε at the level `sigma`,
    with fresh noise ε, and taken as constant, so who asks gets no further
    gradients. What noise takes away and the model does not bring back is far from what
    it mostly makes (minority score: arXiv:2301.12334); d is of squared differences, the papers also use LPIPS. Nothing
    is pulled at s = inf. x0 [B, *event]. The defaults are ours. Shown: `minority` [B], d/2.
    Cost: 2 model rows per sample and 1 pass backward; with scale 0 the model itself, bitwise.
    Errors: a model without gradients, or of tokens.
    """
    refuse_tokens(model)
    require_differentiable(model, "wire a model with gradients")
    return Minority(model, scale, sigma)


class Minority(ThroughModel):
    """A model pulled toward what it seldom makes."""

    shown = "minority"

    def __init__(self, model: Model, scale: float | LevelCurve, sigma: float) -> None:
        super().__init__(model, scale)
        self.sigma = sigma
        self.abilities = self.abilities - {"differentiable"}

    def cost(self, s: float) -> float:
        """Twice the model's where it is guided."""
        guided = bool(values_at(self.scale, torch.tensor([s], dtype=torch.float64)).any())
        return self.model.cost(s) + (self.model.cost(self.sigma) if guided else 0)

    def objective(self, q: Query, x0: Tensor, ctx: Context) -> Tensor:
        """Half the squared distance to what the model makes of its noised guess."""
        with torch.no_grad():
            levels = torch.full_like(q.s, self.sigma)
            noised = place(x0.detach(), ctx.noise.normal(q, "minority"), levels)
            again = predict(self.model, replace(q.inside(1), x=noised, s=levels, to=levels), ctx).x0
        return (x0 - again).square().flatten(1).sum(1) / 2

    def moved(self, q: Query, scale: Tensor, slope: Slope, ctx: Context) -> Prediction:
        """The answer for the score with the gradient."""
        return shifted(slope.answer, scale, q.s, slope.gradient)
