"""Discriminator guidance."""

from __future__ import annotations

import math
from typing import Annotated

import torch
from torch import Tensor

from graphs import Curve, CurveOver, Estimate, Known, LevelCurve, Number, Span, abilities, also, needs, node
from nodes.contracts.model import Model
from nodes.contracts.reward import Reward
from nodes.guidance.branches import refuse_tokens
from nodes.guidance.classifier import Pulled
from nodes.guidance.intervals import Interval
from nodes.guidance.pulling import require_gradients


def cost(known: Known) -> Estimate:
    """The model's own; the discriminator counts as a reward."""
    return Estimate(each=known.input("model").each + Span(0, 1) * known.asks("discriminator"))


@node(abilities=abilities(like="model", without=("prompt",)), cost=cost)
def discriminator(
    model: Model,
    discriminator: Annotated[Reward, needs("noisy", "differentiable")],
    *,
    weight: Annotated[Curve, CurveOver(minimum=0, maximum=100, step=0.1), also("dg_weight", "strength")] = 1.0,
    sigma_min: Annotated[float, Number(minimum=0, maximum=1e6)] = 0.0,
    sigma_max: Annotated[float, Number(minimum=0, maximum=1e6, infinite=True)] = math.inf,
) -> Model:
    """Discriminator guidance (Kim et al. 2022, arXiv:2211.17091): a model's errors are taken back by a discriminator.

    score' = score + weight · ∇ log(d/(1 − d)), so x0' = x0 + weight · (σ²/α) ∇ logit. The `discriminator` is a reward
    that gives the logit of a noised point's being data and not the model's own, log p_data(x, s)/p_model(x, s) where it
    is the best there is; then weight 1 is the data's score exactly. At levels s outside sigma_min < s ≤ sigma_max, and
    at s = inf, nothing is pulled. A curve gives each level a weight of its own. Shown: `logit` [B].
    Cost: 1 model row per sample, 1 reward and its gradient, and no pass back through the model; with weight 0 the model
    itself, bitwise, and no reward. Errors: a model of tokens; a discriminator without gradients.
    """
    refuse_tokens(model)
    require_gradients(discriminator)
    return Discriminated(model, discriminator, weight, Interval(sigma_min, sigma_max))


class Discriminated(Pulled):
    """A model pulled toward the data in an interval of levels."""

    def __init__(self, model: Model, reward: Reward, weight: float | LevelCurve, interval: Interval) -> None:
        super().__init__(model, reward, weight, "logit")
        self.interval = interval

    def scales(self, s: Tensor) -> Tensor:
        """The weight in the interval, 0 elsewhere."""
        return torch.where(self.interval.holds(s), super().scales(s), 0.0)
