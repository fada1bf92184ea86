"""CFG++: guidance that stays on the manifold."""

from __future__ import annotations

from typing import Annotated

from graphs import Curve, CurveOver, Estimate, Known, LevelCurve, Span, abilities, also, needs, node
from nodes.contracts.cond import Cond
from nodes.contracts.context import Context
from nodes.contracts.levels import factor
from nodes.contracts.model import Asks, Mixer, Model
from nodes.contracts.query import Prediction, Query
from nodes.guidance.branches import (
    bound,
    eps_in,
    narrowed,
    put,
    refuse_tokens,
    require_conditional,
    rows_where,
    value_at,
    values_at,
)


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


class InterpolatedGuidance(Mixer):
    """A model under CFG++."""

    def __init__(self, model: Model, positive: Cond, negative: Cond | None, scale: float | LevelCurve) -> None:
        self.model, self.positive, self.negative, self.scale = model, positive, negative, scale
        self.space = model.space
        self.abilities = model.abilities - {"prompt", "conditional"}

    def cost(self, s: float) -> float:
        """Twice the model's cost where λ is not 0."""
        return self.model.cost(s) * (2 if value_at(self.scale, s) else 1)

    def asks(self, q: Query, ctx: Context) -> Asks:
        """The negative question for all rows; the positive one for the rows that are guided."""
        asked: Asks = [(self.model, bound(q, self.negative))]
        guided = rows_where(values_at(self.scale, q.s) != 0)
        if len(guided):
            asked.append((self.model, bound(narrowed(q, guided), self.positive)))
        return asked

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """D_neg + λ (D_pos − D_neg), with the negative's ε."""
        if len(answers) == 1:
            return answers[0]
        scales = values_at(self.scale, q.s)
        guided = rows_where(scales != 0)
        inner = narrowed(q, guided)
        negative = answers[0] if inner is q else answers[0].take(guided)
        x0 = negative.x0 + factor(scales[guided], negative.x0) * (answers[1].x0 - negative.x0)
        return put(q, answers[0], guided, Prediction(x0, eps_in(inner, negative)))
