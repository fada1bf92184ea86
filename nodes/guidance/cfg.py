"""Classifier-free guidance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated

import torch
from torch import Tensor

from graphs import Curve, CurveOver, Estimate, Fraction, Known, LevelCurve, Number, Span, abilities, also, needs, node
from nodes.contracts.cond import Cond
from nodes.contracts.levels import beside, factor
from nodes.contracts.model import Model
from nodes.contracts.query import Prediction, Query
from nodes.guidance.branches import mixed, require_conditional
from nodes.guidance.conditional import Conditional
from nodes.guidance.intervals import Interval
from nodes.guidance.two_branches import TwoBranches


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
    guidance_rescale: Annotated[Fraction, also("rescale", "phi")] = 0.0,
) -> Model:
    """Classifier-free guidance (Ho & Salimans 2022, arXiv:2207.12598, equation 6), everywhere or in an interval.

    D = D_neg + guidance_scale · (D_pos − D_neg), where D_pos and D_neg are the model's x0 under `positive` and under
    `negative` (without one: under no condition). A curve gives each noise level a scale of its own. At levels s outside
    sigma_min < s ≤ sigma_max the scale is 1 (Kynkäänniemi et al. 2024, arXiv:2404.07724); 0 leaves the clean end open.
    An interval that is empty leaves the conditional model.
    `guidance_rescale` φ takes back what guidance adds to the contrast: D' = φ D std(D_pos)/std(D) + (1 − φ) D, std over
    the numbers of a row (Lin et al. 2023, arXiv:2305.08891, equations 15 and 16), of x0 whatever the network predicts.
    Cost: 2 model rows per sample; 1 where the scale is 1, the prediction being that under `positive`, bitwise, and 1
    where it is 0 at every level, the prediction being that under `negative`.
    """
    require_conditional(model)
    interval = Interval(sigma_min, sigma_max)
    if guidance_scale == 0 and interval.whole:
        return Conditional(model, negative)
    return Guided(model, positive, negative, guidance_scale, interval, guidance_rescale)


class Guided(TwoBranches):
    """A model under classifier-free guidance."""

    def __init__(
        self,
        model: Model,
        positive: Cond,
        negative: Cond | None,
        scale: float | LevelCurve,
        interval: Interval = Interval(),  # noqa: B008 - an immutable value
        rescale: float = 0.0,
    ) -> None:
        super().__init__(model, positive, negative, scale)
        self.interval, self.rescale = interval, rescale

    def guide(self, q: Query, scale: Tensor, first: Prediction, second: Prediction) -> Prediction:
        """D_neg + scale · (D_pos − D_neg)."""

        def rule(branches: Sequence[Tensor]) -> Tensor:
            toward, away = branches
            pulled = away + factor(scale, away) * (toward - away)
            return torch.where(beside(scale == 1, away), toward, pulled) if scale.ndim > 1 else pulled

        guided = mixed(q, [first, second], rule)
        if not self.rescale:
            return guided
        return Prediction(rescaled(guided.x0, first.x0, self.rescale), guided.eps)

    def scales(self, s: Tensor) -> Tensor:
        """The scale in the interval, 1 elsewhere."""
        return torch.where(self.interval.holds(s), super().scales(s), 1.0)


def rescaled(x0: Tensor, like: Tensor, share: float) -> Tensor:
    """x0 [B, *event], brought by so much of the way to the standard deviation that the row of `like` has."""
    wanted, found = (deviation(part) for part in (like, x0))
    ratio = wanted / found.clamp_min(torch.finfo(found.dtype).tiny)
    return x0 * (share * ratio + (1 - share))


def deviation(x: Tensor) -> Tensor:
    """The standard deviation of the numbers of each row [B, *event], [B, 1, ...]."""
    return x.flatten(1).std(1, correction=0).reshape(-1, *(1,) * (x.ndim - 1))
