"""CFG++: guidance that stays on the manifold."""

from __future__ import annotations

from typing import Annotated

from torch import Tensor

from graphs import Curve, CurveOver, Estimate, Known, LevelCurve, Span, abilities, also, needs, node
from nodes.contracts.cond import Cond
from nodes.contracts.levels import factor
from nodes.contracts.model import Model
from nodes.contracts.query import Prediction, Query
from nodes.guidance.branches import (
    eps_in,
    refuse_tokens,
    require_conditional,
)
from nodes.guidance.two_branches import TwoBranches


def cost(known: Known) -> Estimate:
    """Twice the model's cost, once where the scale is 0; a curve may be 0 at some levels."""
    scale = known.value("guidance_scale")
    each = Span(1, 2) if scale is None or isinstance(scale, LevelCurve) else Span.of(2 if scale else 1)
    return Estimate(each=known.input("model").each * each)


@node(abilities=abilities(like="model", without=("prompt", "conditional")), cost=cost)
def cfgpp(
    model: Annotated[Model, needs("conditional")],
    positive: Cond,
    negative: Cond | None = None,
    *,
    guidance_scale: Annotated[Curve, CurveOver(minimum=0, maximum=1, step=0.05), also("scale", "cfg_scale")] = 0.6,
) -> Model:
    """CFG++ (Chung et al. 2024, arXiv:2406.08070, Algorithm 1): x0 is interpolated, and the noise is the negative's.

    x0 = D_neg + λ (D_pos − D_neg) with ε = ε_neg, for λ = guidance_scale in [0, 1]; without a negative: under no
    condition. A first-order step from level s to s' is that of guidance.cfg at the scale λ s/(s − s'). A curve gives
    each noise level a λ of its own.
    Cost: 2 model rows per sample; 1 where λ is 0, the prediction then being that under `negative`, bitwise.
    Errors: a model of tokens.
    """
    require_conditional(model)
    refuse_tokens(model)
    return InterpolatedGuidance(model, positive, negative, guidance_scale)


class InterpolatedGuidance(TwoBranches):
    """A model under CFG++: asked under the negative first."""

    null = 0.0

    def __init__(self, model: Model, positive: Cond, negative: Cond | None, scale: float | LevelCurve) -> None:
        super().__init__(model, negative, positive, scale)

    def guide(self, q: Query, scale: Tensor, first: Prediction, second: Prediction) -> Prediction:
        """D_neg + λ (D_pos − D_neg), with the negative's ε."""
        x0 = first.x0 + factor(scale, first.x0) * (second.x0 - first.x0)
        return Prediction(x0, eps_in(q, first))
