"""How much neighbouring pixels differ."""

from __future__ import annotations

from torch import Tensor

from graphs import Fraction, abilities, node
from nodes.contracts.reward import Reward
from nodes.reward.statistics import Aim, Statistic


@node(abilities=abilities("differentiable"))
def total_variation(*, aim: Aim = "less", target: Fraction = 0.1) -> Reward:
    """Total variation (Rudin, Osher & Fatemi 1992), in its anisotropic form, for each pixel and channel.

    v = Σ (|p[i+1, j] − p[i, j]| + |p[i, j+1] − p[i, j]|)/(C H W), p = (x + 1)/2. A flat picture has 0, noise much.
    The score is −v for "less", the default, v for "more", −|v − target| for "target". Reads pixels [B, C, H, W];
    differentiable, with gradient 0 between equal neighbours. Cost: 1 reward a row.
    Errors: points that are no pictures.
    """
    return TotalVariation(aim, target)


class TotalVariation(Statistic):
    """The reward of `total_variation`."""

    what = "total variation"

    def value(self, pictures: Tensor) -> Tensor:
        """The sum of all differences, over the numbers of a picture."""
        down, across = (pictures.diff(dim=axis).abs().flatten(1).sum(1) for axis in (2, 3))
        return (down + across) / pictures[0].numel()
