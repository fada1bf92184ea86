"""Perturbed-attention guidance."""

from __future__ import annotations

from typing import Annotated

from torch import Tensor

from graphs import Curve, CurveOver, Estimate, Known, abilities, also, needs, node
from nodes.contracts.model import Model
from nodes.guidance.perturbed import Perturbed, perturbed_cost, require_attention
from nodes.networks.altering import AttentionChange, Layers


def cost(known: Known) -> Estimate:
    """Twice the model's cost, once where the scale is 0."""
    return perturbed_cost(known, "pag_scale")


@node(abilities=abilities(like="model", without=("prompt",)), cost=cost)
def pag(
    model: Annotated[Model, needs("attention")],
    *,
    pag_scale: Annotated[Curve, CurveOver(minimum=0, maximum=100, step=0.1), also("strength")] = 3.0,
    layers: Layers = "middle",
) -> Model:
    """Perturbed-attention guidance (Ahn et al. 2024, arXiv:2403.17377): away from what loses the picture's structure.

    D' = D + pag_scale · (D − D_pert), where D_pert [B, *event] is the same network with the map of self-attention
    replaced by the identity in the chosen `layers`: each cell sees itself alone. No condition is needed; where there is
    one it holds for both. A curve gives each level a scale of its own. The network itself is not touched.
    Cost: 2 model rows per sample, in one launch; with scale 0 the model itself, bitwise.
    Errors: a model without attention.
    """
    require_attention(model)
    return Perturbed(model, IdentityAttention(layers), pag_scale)


class IdentityAttention(AttentionChange):
    """Each cell sees itself alone."""

    def __init__(self, layers: Layers) -> None:
        self.layers: Layers = layers

    def seen(self, query: Tensor, key: Tensor, value: Tensor, height: int, width: int) -> Tensor:
        """The values as they are."""
        return value
