"""How bright points are that are pictures."""

from __future__ import annotations

from torch import Tensor

from graphs import Fraction, abilities, node
from nodes.contracts.reward import Reward
from nodes.reward.statistics import Aim, Statistic


@node(abilities=abilities("differentiable"))
def brightness(*, aim: Aim = "more", target: Fraction = 0.5) -> Reward:
    """Bright pictures, dark ones, or ones of a brightness.

    b is the mean of (x + 1)/2 over all pixels and channels of a row: 0 is black, 1 is white; what lies outside −1 … 1
    is not clipped, so that the gradient is the same everywhere. The score is b for "more", −b for "less" and
    −|b − target| for "target". Reads pixels [B, C, H, W]; differentiable. Cost: 1 reward a row.
    Errors: points that are no pictures.
    """
    return Brightness(aim, target)


class Brightness(Statistic):
    """The reward of `brightness`."""

    what = "brightness"

    def value(self, pictures: Tensor) -> Tensor:
        """The mean of all pixels of each row."""
        return pictures.flatten(1).mean(1)
