"""Smoothed energy guidance."""

from __future__ import annotations

import math
from typing import Annotated

from torch import Tensor

from graphs import Curve, CurveOver, Estimate, Known, Number, abilities, also, needs, node
from nodes.contracts.model import Model
from nodes.guidance.blurring import blurred
from nodes.guidance.perturbed import Perturbed, perturbed_cost, require_attention
from nodes.networks.altering import AttentionChange, Layers
from nodes.networks.text import attend


def cost(known: Known) -> Estimate:
    """Twice the model's cost, once where the scale is 0."""
    return perturbed_cost(known, "seg_scale")


@node(abilities=abilities(like="model", without=("prompt",)), cost=cost)
def seg(
    model: Annotated[Model, needs("attention")],
    *,
    seg_scale: Annotated[Curve, CurveOver(minimum=0, maximum=100, step=0.1), also("strength")] = 3.0,
    blur_sigma: Annotated[float, Number(minimum=0, maximum=1e4, infinite=True), also("seg_blur_sigma")] = math.inf,
    layers: Layers = "middle",
) -> Model:
    """Smoothed energy guidance (Hong 2024, arXiv:2408.00760): away from attention that looks everywhere alike.

    D' = D + seg_scale · (D − D_blur), where D_blur [B, *event] is the same network with the queries of self-attention
    under a Gaussian of `blur_sigma` cells of the feature map in the chosen `layers`; inf is their mean. No condition is
    needed; where there is one it holds for both. A curve gives each level a scale of its own.
    Cost: 2 model rows per sample, in one launch; with scale 0 the model itself, bitwise.
    Errors: a model without attention.
    """
    require_attention(model)
    return Perturbed(model, BlurredQueries(layers, blur_sigma), seg_scale)


class BlurredQueries(AttentionChange):
    """Attention whose queries are blurred over the feature map."""

    def __init__(self, layers: Layers, std: float) -> None:
        self.layers: Layers = layers
        self.std = std

    def seen(self, query: Tensor, key: Tensor, value: Tensor, height: int, width: int) -> Tensor:
        """Attention of the blurred queries."""
        if math.isinf(self.std):
            return attend(query.mean(2, keepdim=True).expand_as(query), key, value)
        grid = query.transpose(2, 3).reshape(-1, query.shape[3], height, width)
        smooth = blurred(grid, self.std).reshape(*query.shape[:2], query.shape[3], -1).transpose(2, 3)
        return attend(smooth, key, value)
