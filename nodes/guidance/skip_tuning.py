"""Skip-tuning: a U-Net's skip connections made weaker."""

from __future__ import annotations

from typing import Annotated

from torch import Tensor

from graphs import Estimate, Known, Number, abilities, needs, node
from nodes.contracts.model import Model
from nodes.guidance.freeu import Resculpted, require_features
from nodes.networks.altering import FeatureChange


def cost(known: Known) -> Estimate:
    """The model's own."""
    return Estimate(each=known.input("model").each)


@node(abilities=abilities(like="model", without=("prompt",)), cost=cost)
def skip_tuning(
    model: Annotated[Model, needs("unet_features")],
    *,
    rho_bottom: Annotated[float, Number(minimum=0, maximum=2, step=0.05)] = 0.55,
    rho_top: Annotated[float, Number(minimum=0, maximum=2, step=0.05)] = 1.0,
) -> Model:
    """Skip-tuning (Ma et al. 2024, arXiv:2402.15170): what a U-Net's way down hands across, times ρ.

    z' = ρ z for the skip z [B, C, H, W], with ρ from `rho_bottom` at the coarsest resolution to `rho_top` at the
    finest, linear in depth; a network of one resolution has rho_bottom. The defaults and which end is weakened as
    commonly given; not confirmed. It lets samplers of few steps make finer pictures.
    Cost: 1 model row per sample; with both 1 the model itself, bitwise. Errors: a model that is no U-Net of ours.
    """
    require_features(model)
    return Resculpted(model, None if rho_bottom == rho_top == 1 else Weaker(rho_bottom, rho_top))


class Weaker(FeatureChange):
    """Skips times a factor that is linear in depth."""

    def __init__(self, bottom: float, top: float) -> None:
        self.bottom, self.top = bottom, top

    def joined(self, hidden: Tensor, skip: Tensor, depth: int, depths: int) -> tuple[Tensor, Tensor]:
        """The skip, weaker."""
        share = depth / max(1, depths - 1)
        return hidden, (self.bottom + share * (self.top - self.bottom)) * skip
