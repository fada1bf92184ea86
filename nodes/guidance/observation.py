"""Observation self-guidance: forecasts and fillings by a model that knows no conditions."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import torch
from torch import Tensor

from graphs import Curve, CurveOver, Estimate, Known, LevelCurve, Number, abilities, also, needs, node
from nodes.contracts.context import Context
from nodes.contracts.model import Model
from nodes.contracts.operator import Measurement, Operator
from nodes.contracts.query import Prediction, Query
from nodes.guidance.branches import refuse_tokens
from nodes.guidance.pulling import require_differentiable, shifted
from nodes.guidance.through_model import Slope, ThroughModel

Loss: TypeAlias = Literal["mean_square", "quantile"]


def cost(known: Known) -> Estimate:
    """The model's own; the passes backward count apart."""
    return Estimate(each=known.input("model").each)


@node(abilities=abilities(like="model", without=("prompt",)), cost=cost)
def observation(
    model: Annotated[Model, needs("differentiable")],
    operator: Operator,
    measurement: Measurement,
    *,
    scale: Annotated[Curve, CurveOver(minimum=0, maximum=1e4, step=0.1), also("strength", "guidance_strength")] = 4.0,
    loss: Loss = "mean_square",
    quantile: Annotated[float, Number(minimum=0.01, maximum=0.99, step=0.01), also("kappa")] = 0.5,
) -> Model:
    """Observation self-guidance (TSDiff: Kollovieh et al. 2023, arXiv:2307.11494): x0 itself predicts what was seen.

    x0' = x0 + scale · (σ²/α) (∂x0/∂x)ᵀ ∇ log p(y | x0), f = A x0, each row by itself. "mean_square":
    log p = −|y − f|²/2, which is measurement.dps of unit noise; "quantile", an asymmetric Laplace law:
    log p = −Σ max(κ (y − f), (κ − 1)(y − f)), κ = `quantile`; above ½ it pulls upward more than downward. The paper
    spreads κ over the batch; here a row does not depend on others, so wire one node for each κ. The scale's default as
    commonly given; not confirmed. Row r has the measurement `origin mod R`. Nothing is pulled at s = inf. x0
    [B, *event]. Shown: `log_probability` [B].
    Cost: 1 model row per sample and 1 pass backward; with scale 0 the model itself, bitwise, and none.
    Errors: a model without gradients, or of tokens; an operator that did not make the measurement.
    """
    refuse_tokens(model)
    require_differentiable(model, "use a method without gradients, as measurement.ddnm")
    measurement.require(operator)
    return Observed(model, operator, measurement, scale, loss, quantile)


class Observed(ThroughModel):
    """A model pulled toward what was seen."""

    shown = "log_probability"

    def __init__(
        self,
        model: Model,
        operator: Operator,
        measurement: Measurement,
        scale: float | LevelCurve,
        loss: Loss,
        quantile: float,
    ) -> None:
        super().__init__(model, scale)
        self.operator, self.measurement, self.quantile = operator, measurement, quantile
        self.loss: Loss = loss

    def objective(self, q: Query, x0: Tensor, ctx: Context) -> Tensor:
        """The log probability of what was seen, but for a constant."""
        apart = self.measurement.residual(self.operator, x0, q.rows, ctx).flatten(1)
        if self.loss == "mean_square":
            return -apart.square().sum(1) / 2
        return -torch.maximum(self.quantile * apart, (self.quantile - 1) * apart).sum(1)

    def moved(self, q: Query, scale: Tensor, slope: Slope, ctx: Context) -> Prediction:
        """The answer for the score with the gradient."""
        return shifted(slope.answer, scale, q.s, slope.gradient)
