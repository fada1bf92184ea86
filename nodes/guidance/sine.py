"""SINE: the text of a large model on the picture that a fine-tuned one knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from torch import Tensor

from graphs import Curve, CurveOver, Estimate, Known, LevelCurve, Number, Span, abilities, also, needs, node
from nodes.contracts.cond import Cond
from nodes.contracts.context import Context
from nodes.contracts.levels import any_place, beside, factor
from nodes.contracts.model import Asks, Mixer, Model
from nodes.contracts.query import Prediction, Query
from nodes.guidance.branches import bound, mixed, narrowed, put, refuse_tokens, require_conditional, values_at
from nodes.guidance.composing import require_one_space
from nodes.guidance.conditional import Conditional


def cost(known: Known) -> Estimate:
    """Twice the model's, and where the levels are high the fine-tuned one's besides."""
    if known.value("guidance_scale") == 0:
        return Estimate(each=known.input("model").each)
    own, tuned = known.input("model").each * Span.of(2), known.input("tuned").each
    return Estimate(each=Span(own.low, (own + tuned).high))


@node(abilities=abilities(like="model", without=("prompt", "conditional")), cost=cost)
def sine(
    model: Annotated[Model, needs("conditional")],
    tuned: Annotated[Model, needs("conditional")],
    positive: Cond,
    tuned_positive: Cond,
    negative: Cond | None = None,
    *,
    guidance_scale: Annotated[Curve, CurveOver(minimum=0, maximum=100, step=0.1), also("scale", "cfg_scale")] = 7.5,
    share: Annotated[float, Number(minimum=0, maximum=1, step=0.05), also("v")] = 0.7,
    sigma_min: Annotated[float, Number(minimum=0, maximum=1e6)] = 1.0,
) -> Model:
    """SINE, model-based guidance for editing one picture (Zhang et al. 2022, arXiv:2212.04489).

    D = w [v D(c) + (1 − v) D'(c')] + (1 − w) D(∅) with w = guidance_scale and v = `share`: `tuned` is D', fine-tuned on
    the one picture, as by an adapter, and asked under `tuned_positive`. At levels s ≤ sigma_min it is guidance.cfg of
    the model alone, v = 1. The paper's switch is a share of the steps, about 0.4 of them left, and v about 0.7: as
    commonly given, not confirmed. D [B, *event]; without `negative` ∅ is no condition.
    Cost: 2 model rows per sample and 1 of the fine-tuned model at levels above sigma_min; with adapters on one network
    all in one launch; 1 where the scale is 0, the prediction being that under ∅. Errors: models on different spaces,
    or of tokens.
    """
    require_conditional(model)
    require_conditional(tuned)
    refuse_tokens(model)
    require_one_space((model, tuned))
    if guidance_scale == 0:
        return Conditional(model, negative)
    return Sine(model, tuned, (positive, tuned_positive, negative), guidance_scale, share, sigma_min)


class Sine(Mixer):
    """A model and one fine-tuned on a picture, blended under guidance at high levels."""

    def __init__(
        self,
        model: Model,
        tuned: Model,
        conditions: tuple[Cond, Cond, Cond | None],
        scale: float | LevelCurve,
        share: float,
        least: float,
    ) -> None:
        self.model, self.tuned, self.conditions = model, tuned, conditions
        self.scale, self.share, self.least, self.space = scale, share, least, model.space
        self.abilities = (model.abilities & tuned.abilities) - {"prompt", "conditional"}

    def cost(self, s: float) -> float:
        """That of the questions at this level."""
        return 2 * self.model.cost(s) + (self.tuned.cost(s) if s > self.least else 0)

    def blended(self, q: Query) -> Tensor:
        """The positions of the rows at high levels."""
        return any_place(q.s > self.least).nonzero()[:, 0]

    def asks(self, q: Query, ctx: Context) -> Asks:
        """The model under both conditions, and the other one where it has a say."""
        positive, tuned_positive, negative = self.conditions
        asked: Asks = [(self.model, bound(q, positive)), (self.model, bound(q, negative))]
        index = self.blended(q)
        if len(index):
            asked.append((self.tuned, bound(narrowed(q, index), tuned_positive)))
        return asked

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """D(∅) + w (the blend − D(∅))."""
        toward, away, index = answers[0], answers[1], self.blended(q)
        if len(index):
            inner = narrowed(q, index)
            first = toward if inner is q else toward.take(index)
            high = beside((inner.s > self.least), first.x0)

            def blend(both: Sequence[Tensor]) -> Tensor:
                mixture = self.share * both[0] + (1 - self.share) * both[1]
                return mixture.where(high, both[0])

            toward = put(q, toward, index, mixed(inner, [first, answers[2]], blend))
        scale = values_at(self.scale, q.s)
        return mixed(q, [toward, away], lambda both: both[1] + factor(scale, both[1]) * (both[0] - both[1]))
