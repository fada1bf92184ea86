"""The way back of RF-Inversion: a model pulled toward a sample."""

from __future__ import annotations

import math
from typing import Annotated

import torch
from torch import Tensor

from graphs import Curve, CurveOver, Estimate, Known, LevelCurve, Number, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.devices import moved, take_rows
from nodes.contracts.levels import factor
from nodes.contracts.model import Asks, Mixer, Model
from nodes.contracts.query import Prediction, Query
from nodes.contracts.sample import Sample
from nodes.guidance.branches import refuse_tokens, require_space, values_at
from nodes.guidance.intervals import Interval


def cost(known: Known) -> Estimate:
    """The model's own."""
    return Estimate(each=known.input("model").each)


@node(abilities=abilities(like="model", without=("prompt",)), cost=cost)
def rf_inversion(
    model: Model,
    sample: Sample,
    *,
    eta: Annotated[Curve, CurveOver(minimum=0, maximum=1, step=0.05)] = 0.9,
    sigma_min: Annotated[float, Number(minimum=0, maximum=1e6)] = 3.7,
    sigma_max: Annotated[float, Number(minimum=0, maximum=1e6, infinite=True)] = math.inf,
) -> Model:
    """The controlled way back of RF-Inversion (Rout et al. 2024, arXiv:2410.10792): pulled toward a sample.

    v + eta ((X − x_ref)/t − v) in the time t = s/(1 + s) of a rectified flow, which as a prediction is
    x0 ← x0 + eta (x_ref − x0), in every process. It begins at what inversion.rf_inversion found; under another prompt
    the pull keeps the edit near `sample`. At levels outside sigma_min < s ≤ sigma_max nothing is pulled: the default
    ends it after 6 of 28 even steps (as commonly given; not confirmed). eta = 1 to the end gives the sample back
    exactly, whatever the model is; eta = 0 is the model, bitwise. A curve gives each level an eta of its own.
    Clean `sample` [R, *event]; row r is pulled to `origin mod R`.
    Cost: 1 model row per sample. Errors: a sample that is noised, or of another space; a model of tokens.
    """
    refuse_tokens(model)
    sample.require_clean("sample")
    require_space(sample, model, "sample")
    if eta == 0:
        return model
    return TowardSample(model, sample.x, eta, Interval(sigma_min, sigma_max))


class TowardSample(Mixer):
    """A model pulled toward clean points."""

    def __init__(self, model: Model, clean: Tensor, eta: float | LevelCurve, interval: Interval) -> None:
        self.model, self.clean, self.eta, self.interval = model, clean, eta, interval
        self.space, self.abilities = model.space, model.abilities - {"prompt"}

    def cost(self, s: float) -> float:
        """The model's own."""
        return self.model.cost(s)

    def asks(self, q: Query, ctx: Context) -> Asks:
        """The question itself."""
        return [(self.model, q)]

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """The x0 moved by the part eta toward the sample; ε, where it is the model's own, stays that of (x, x0)."""
        eta = torch.where(self.interval.holds(q.s), values_at(self.eta, q.s), 0.0)
        answer = answers[0]
        if not bool((eta != 0).any()):
            return answer
        clean = moved(self.clean.to(q.x.dtype), q.x.device)
        clean = take_rows(clean, q.rows.origin % len(clean))
        share = factor(eta, clean)
        return Prediction((1 - share) * answer.x0 + share * clean)
