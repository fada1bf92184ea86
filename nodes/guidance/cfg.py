"""Classifier-free guidance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, NamedTuple

import torch
from torch import Tensor

from graphs import Curve, CurveOver, Estimate, Known, LevelCurve, Number, Span, abilities, also, needs, node
from nodes.contracts.cond import Cond
from nodes.contracts.levels import beside, factor
from nodes.contracts.model import Model
from nodes.contracts.query import Prediction, Query
from nodes.guidance.branches import mixed, require_conditional
from nodes.guidance.conditional import Conditional
from nodes.guidance.two_branches import TwoBranches


class Interval(NamedTuple):
    """Levels from above `low` up to `high`; from the cleanest on where `low` is 0."""

    low: float = 0.0
    high: float = math.inf

    @property
    def whole(self) -> bool:
        """Whether every level lies in it."""
        return self.low == 0 and self.high == math.inf

    def holds(self, s: Tensor) -> Tensor:
        """Which of these levels lie in it."""
        above = s > self.low if self.low else torch.ones_like(s, dtype=torch.bool)
        return above & (s <= self.high) & (self.low < self.high)


def cost(known: Known) -> Estimate:
    """Twice the model's cost; once where the scale is 1 or 0, and outside the interval. A curve may be 1 somewhere."""
    return Estimate(each=known.input("model").each * _branches(known))


def _branches(known: Known) -> Span:
    scale, low, high = (known.value(name) for name in ("guidance_scale", "sigma_min", "sigma_max"))
    whole = (low, high) == (0, math.inf)
    if scale == 1 or (scale == 0 and whole):
        return Span.of(1)
    if isinstance(low, float) and isinstance(high, float) and low >= high:
        return Span.of(1)
    return Span.of(2) if whole and not (scale is None or isinstance(scale, LevelCurve)) else Span(1, 2)


@node(cost=cost, abilities=abilities(like="model", without=("prompt", "conditional")))
def cfg(
    model: Annotated[Model, needs("conditional")],
    positive: Cond,
    negative: Cond | None = None,
    *,
    guidance_scale: Annotated[Curve, CurveOver(minimum=0, maximum=100, step=0.1), also("scale", "cfg_scale")] = 5.0,
    sigma_min: Annotated[float, Number(minimum=0, maximum=1e6)] = 0.0,
    sigma_max: Annotated[float, Number(minimum=0, maximum=1e6, infinite=True)] = math.inf,
) -> Model:
    """Classifier-free guidance (Ho & Salimans 2022, arXiv:2207.12598, equation 6), everywhere or in an interval.

    D = D_neg + guidance_scale · (D_pos − D_neg), where D_pos and D_neg are the model's x0 under `positive` and under
    `negative` (without one: under no condition). A curve gives each noise level a scale of its own. At levels s outside
    sigma_min < s ≤ sigma_max the scale is 1 (Kynkäänniemi et al. 2024, arXiv:2404.07724); 0 leaves the clean end open.
    An interval that is empty leaves the conditional model.
    Cost: 2 model rows per sample; 1 where the scale is 1, the prediction being that under `positive`, bitwise, and 1
    where it is 0 at every level, the prediction being that under `negative`.
    """
    require_conditional(model)
    interval = Interval(sigma_min, sigma_max)
    if guidance_scale == 0 and interval.whole:
        return Conditional(model, negative)
    return Guided(model, positive, negative, guidance_scale, interval)


class Guided(TwoBranches):
    """A model under classifier-free guidance."""

    def __init__(
        self,
        model: Model,
        positive: Cond,
        negative: Cond | None,
        scale: float | LevelCurve,
        interval: Interval = Interval(),  # noqa: B008 - an immutable value
    ) -> None:
        super().__init__(model, positive, negative, scale)
        self.interval = interval

    def guide(self, q: Query, scale: Tensor, first: Prediction, second: Prediction) -> Prediction:
        """D_neg + scale · (D_pos − D_neg)."""

        def rule(branches: Sequence[Tensor]) -> Tensor:
            toward, away = branches
            pulled = away + factor(scale, away) * (toward - away)
            return torch.where(beside(scale == 1, away), toward, pulled) if scale.ndim > 1 else pulled

        return mixed(q, [first, second], rule)

    def scales(self, s: Tensor) -> Tensor:
        """The scale in the interval, 1 elsewhere."""
        return torch.where(self.interval.holds(s), super().scales(s), 1.0)
