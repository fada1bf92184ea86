"""How colourful a picture is."""

from __future__ import annotations

from torch import Tensor

from graphs import Fraction, abilities, node
from nodes.contracts.reward import Reward
from nodes.reward.statistics import Aim, Statistic


@node(abilities=abilities("differentiable"))
def saturation(*, aim: Aim = "more", target: Fraction = 0.25) -> Reward:
    """Saturation of pictures: the mean over pixels of the largest less the smallest of their channels, 0 … 1.

    That is the chroma of HSV: 0 for greys, and always for pictures of one channel; 1 for pure colours. The score is
    c = mean (max − min), −c or −|c − target|. Reads pixels [B, C, H, W]; differentiable. Cost: 1 reward a row.
    Errors: points that are no pictures.
    """
    return Saturation(aim, target)


class Saturation(Statistic):
    """The reward of `saturation`."""

    what = "saturation"

    def value(self, pictures: Tensor) -> Tensor:
        """The mean chroma."""
        return (pictures.amax(1) - pictures.amin(1)).flatten(1).mean(1)
