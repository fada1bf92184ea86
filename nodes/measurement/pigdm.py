"""Pseudo-inverse guidance: the measurement pulls through the model's gradient, knowing how unsure x0 is."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from torch import Tensor

from graphs import Curve, CurveOver, Estimate, Known, LevelCurve, abilities, also, needs, node
from nodes.contracts.asking import predict
from nodes.contracts.context import Context
from nodes.contracts.levels import factor
from nodes.contracts.model import Model, Wrapper
from nodes.contracts.operator import Measurement, Operator
from nodes.contracts.query import Prediction, Query
from nodes.guidance.branches import values_at
from nodes.measurement.posterior import (
    PriorVariance,
    ThroughModel,
    bayes,
    left_over,
    require_gradients,
    require_linear,
)


def cost(known: Known) -> Estimate:
    """The model's own; the passes backward count apart."""
    return Estimate(each=known.input("model").each)


@node(abilities=abilities(like="model", without=("prompt", "level_map")), cost=cost)
def pigdm(
    model: Annotated[Model, needs("differentiable")],
    operator: Operator,
    measurement: Measurement,
    *,
    zeta: Annotated[Curve, CurveOver(minimum=0, maximum=1000, step=0.05), also("strength", "scale")] = 1.0,
    prior_variance: PriorVariance = 1.0,
) -> Model:
    """Pseudoinverse-guided diffusion, ΠGDM (Song, Vahdat, Mardani & Kautz 2023): the score of y, were x0 Gaussian.

    With p(x0 | x) taken as N(x0(x), r² I) and y = A x0 + σ_y n:
    x0' = x0 + zeta · (σ²/α) (∂x0/∂x)ᵀ Aᵀ (r² A Aᵀ + σ_y² I)⁻¹ (y − A x0), r² = v s²/(v + s²) for v = `prior_variance`;
    1, the paper's choice, is right for data N(m, 1): the score of the posterior is then exact at every level, and so it
    is for N(m, v) with that v; else it is an approximation. The inverse is the operator's own by its proximal map.
    zeta is 1 by Bayes' rule; a curve gives each level its own. In the time of a flow it is OT-ODE (Pokle et al. 2023,
    arXiv:2310.04432). At s = inf nothing is pulled. Row r has the measurement `origin mod R`.
    Cost: 1 model row per sample and 1 pass backward; with zeta 0 the model itself, bitwise, and no pass backward.
    Errors: a model without gradients; an operator that is not linear, or did not make the measurement.
    """
    require_gradients(model)
    require_linear(operator, measurement)
    return PseudoInverse(model, operator, measurement, zeta, prior_variance)


class PseudoInverse(Wrapper):
    """The method of `pigdm`."""

    def __init__(
        self,
        model: Model,
        operator: Operator,
        measurement: Measurement,
        zeta: float | LevelCurve = 1.0,
        variance: float = 1.0,
    ) -> None:
        self.model, self.operator, self.measurement = model, operator, measurement
        self.zeta, self.variance = zeta, variance
        self.space, self.abilities = model.space, model.abilities - {"prompt", "level_map"}

    def cost(self, s: float) -> float:
        """The model's own."""
        return self.model.cost(s)

    def answer(self, q: Query, ctx: Context) -> Prediction:
        """The model's answer, its x0 pulled."""
        zeta = values_at(self.zeta, q.s)
        if not bool((zeta != 0).any()):
            return predict(self.model, q.inside(), ctx)
        spread = left_over(q.s, self.variance)
        pulled = ThroughModel(self.model).pull(q.inside(), ctx, self.operator, self.measurement, spread)
        answer, reach = pulled.answer, factor(zeta * bayes(q.s), q.x)
        residual = self.measurement.residual(self.operator, answer.x0.detach(), q.rows, ctx)
        aux = {**answer.aux, "residual": norm(residual)}
        return replace(answer, x0=answer.x0 + reach * pulled.toward, aux=aux)


def norm(residual: Tensor) -> Tensor:
    """|y − A x0| of each row, to be shown."""
    return residual.detach().square().flatten(1).sum(1).sqrt()
