"""How far the greys of a picture lie apart."""

from __future__ import annotations

from torch import Tensor

from graphs import Fraction, abilities, node
from nodes.contracts.reward import Reward
from nodes.reward.statistics import Aim, Statistic, grey, variance

LEAST = 1e-12
"""Added under the root, so that one flat grey has a gradient."""


@node(abilities=abilities("differentiable"))
def contrast(*, aim: Aim = "more", target: Fraction = 0.25) -> Reward:
    """Contrast of pictures: k = √ mean (g − mean g)², the standard deviation of the grey g of all pixels.

    g is between 0 and 1, 0.299 R + 0.587 G + 0.114 B, or the mean of the channels; it is not clipped. Half black and
    half white is 0.5. The score is k, −k or −|k − target|. Reads pixels [B, C, H, W]; differentiable.
    Cost: 1 reward a row. Errors: points that are no pictures.
    """
    return Contrast(aim, target)


class Contrast(Statistic):
    """The reward of `contrast`."""

    what = "contrast"

    def value(self, pictures: Tensor) -> Tensor:
        """The deviation of the greys."""
        return (variance(grey(pictures)) + LEAST).sqrt()
