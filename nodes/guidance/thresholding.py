"""Predictions kept within the range of the data."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import torch
from torch import Tensor

from graphs import Estimate, Known, Number, abilities, also, node
from nodes.contracts.context import Context
from nodes.contracts.model import Asks, Mixer, Model
from nodes.contracts.query import Prediction, Query
from nodes.guidance.branches import refuse_tokens


def cost(known: Known) -> Estimate:
    """The model's own."""
    return Estimate(each=known.input("model").each)


@node(abilities=abilities(like="model", without=("prompt",)), cost=cost)
def thresholding(
    model: Model,
    *,
    kind: Literal["dynamic", "static"] = "dynamic",
    limit: Annotated[float, Number(minimum=0.01, infinite=True), also("clip_sample_range")] = 1.0,
    percentile: Annotated[
        float, Number(minimum=0.5, maximum=1, step=0.001), also("dynamic_thresholding_ratio", "ratio")
    ] = 0.995,
    sample_max_value: Annotated[float, Number(minimum=0.01, infinite=True)] = math.inf,
) -> Model:
    """Static and dynamic thresholding of x0 (Saharia et al. 2022, arXiv:2205.11487, section 2.3).

    "static" clips x0 to [−limit, limit]. "dynamic": x0' = limit · clip(x0, −r, r)/r, where r is the `percentile` of
    |x0| over a row's event, linear between ranks, at least `limit` and at most `sample_max_value`. Each row by itself.
    The ε is then the one that belongs to the new x0. Meant for pixels, behind guidance with large scales; latents have
    no such range. With limit inf it is the model itself. Cost: the model's rows.
    Errors: a model of tokens.
    """
    refuse_tokens(model)
    return model if math.isinf(limit) else Thresholded(model, kind == "dynamic", limit, percentile, sample_max_value)


class Thresholded(Mixer):
    """The model of `thresholding`."""

    def __init__(self, model: Model, dynamic: bool, limit: float, percentile: float, most: float) -> None:
        self.model, self.space, self.abilities = model, model.space, model.abilities - {"prompt"}
        self.dynamic, self.limit, self.percentile, self.most = dynamic, limit, percentile, most

    def cost(self, s: float) -> float:
        """The model's own."""
        return self.model.cost(s)

    def asks(self, q: Query, ctx: Context) -> Asks:
        """The question itself."""
        return [(self.model, q)]

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """The prediction within the range."""
        x0 = answers[0].x0
        if not self.dynamic:
            return Prediction(x0.clamp(-self.limit, self.limit))
        # Below the limit there is nothing to scale: diffusers clips there too, with the same result.
        reach = ranked(x0.abs().flatten(1), self.percentile).clamp(self.limit, max(self.limit, self.most))
        reach = reach.reshape(-1, *(1,) * (x0.ndim - 1))
        return Prediction(torch.maximum(torch.minimum(x0, reach), -reach) * (self.limit / reach))


def ranked(values: Tensor, share: float) -> Tensor:
    """The value [B] below which that share of each row's values [B, N] lies, linear between ranks."""
    at = share * (values.shape[1] - 1)
    below = math.floor(at)
    ordered = values.sort(1).values
    low, high = ordered[:, below], ordered[:, min(below + 1, values.shape[1] - 1)]
    return low + (at - below) * (high - low)
