"""Classifier-free guidance."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import torch
from torch import Tensor

from graphs import Curve, CurveOver, Estimate, Known, LevelCurve, Span, abilities, also, node
from nodes.contracts.cond import Cond
from nodes.contracts.context import Context
from nodes.contracts.devices import put_rows, take_rows
from nodes.contracts.levels import factor
from nodes.contracts.model import Asks, Mixer, Model
from nodes.contracts.query import Prediction, Query


def cost(known: Known) -> Estimate:
    """Twice the model's cost, once where the scale is 1; a curve may be 1 at some levels."""
    scale = known.value("guidance_scale")
    each = Span(1, 2) if scale is None or isinstance(scale, LevelCurve) else Span.of(1 if scale == 1 else 2)
    return Estimate(each=known.input("model").each * each)


@node(cost=cost, abilities=abilities(like="model", without=("prompt",)))
def cfg(
    model: Model,
    positive: Cond,
    negative: Cond | None = None,
    *,
    guidance_scale: Annotated[Curve, CurveOver(minimum=0, maximum=100, step=0.1), also("scale", "cfg_scale")] = 5.0,
) -> Model:
    """Classifier-free guidance (Ho & Salimans 2022, arXiv:2207.12598, equation 6).

    D = D_neg + guidance_scale · (D_pos − D_neg), where D_pos and D_neg are the model's x0 under `positive` and under
    `negative` (without one: under no condition). A curve gives each noise level a scale of its own.
    2 model rows per sample, 1 where the scale is 1: the prediction is then that under `positive`, bitwise.
    """
    return Guided(model, positive, negative, guidance_scale)


class Guided(Mixer):
    """A model under classifier-free guidance."""

    def __init__(self, model: Model, positive: Cond, negative: Cond | None, scale: float | LevelCurve) -> None:
        self.model, self.positive, self.negative, self.scale = model, positive, negative, scale
        self.space = model.space
        self.abilities = model.abilities - {"prompt"}

    def cost(self, s: float) -> float:
        """Twice the model's cost where the scale is not 1."""
        return self.model.cost(s) * (1 if self._scale_at(s) == 1 else 2)

    def asks(self, q: Query, ctx: Context) -> Asks:
        """The positive question for all rows; the negative one for the rows that are guided."""
        asked: Asks = [(self.model, replace(q, cond=self.positive.gather(q.rows.origin)))]
        guided = (self._scales(q) != 1).nonzero()[:, 0]
        if len(guided):
            inner = q if len(guided) == len(q.rows) else q.take(guided)
            negative = None if self.negative is None else self.negative.gather(inner.rows.origin)
            asked.append((self.model, replace(inner, cond=negative)))
        return asked

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """D_neg + scale · (D_pos − D_neg) on the guided rows."""
        positive = answers[0].x0
        if len(answers) == 1:
            return Prediction(positive)
        scales = self._scales(q)
        guided = (scales != 1).nonzero()[:, 0]
        negative = answers[1].x0
        scale = factor(scales[guided], negative)
        mixed = negative + scale * (take_rows(positive, guided) - negative)
        return Prediction(mixed if len(guided) == len(q.rows) else put_rows(positive, guided, mixed))

    def _scale_at(self, s: float) -> float:
        return self.scale.at(s) if isinstance(self.scale, LevelCurve) else self.scale

    def _scales(self, q: Query) -> Tensor:
        if not isinstance(self.scale, LevelCurve):
            return torch.full((len(q.rows),), self.scale, dtype=torch.float64)
        return torch.tensor([self.scale.at(s) for s in q.s.tolist()], dtype=torch.float64)
