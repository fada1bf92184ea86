"""How sharp a picture is."""

from __future__ import annotations

from torch import Tensor

from graphs import InputError, abilities, node
from nodes.contracts.reward import Reward
from nodes.reward.statistics import Aim, Statistic, grey, variance

SMALLEST = 3
"""The side of the smallest picture that has an inside."""


@node(abilities=abilities("differentiable"))
def sharpness(*, aim: Aim = "more", target: float = 0.05) -> Reward:
    """Sharpness of pictures: the variance of the Laplacian (Pech-Pacheco et al. 2000) of their grey.

    With L[i, j] = g[i−1, j] + g[i+1, j] + g[i, j−1] + g[i, j+1] − 4 g[i, j] inside the picture, v = mean (L − mean L)².
    Edges raise it, and so does noise. The score is v, −v or −|v − target|. Reads pixels [B, C, H, W];
    differentiable. Cost: 1 reward a row. Errors: points that are no pictures, or of less than 3 × 3.
    """
    return Sharpness(aim, target)


class Sharpness(Statistic):
    """The reward of `sharpness`."""

    what = "sharpness"

    def value(self, pictures: Tensor) -> Tensor:
        """The variance of the Laplacian."""
        g = grey(pictures)
        if min(g.shape[1:]) < SMALLEST:
            raise InputError("the picture has no inside", given=f"{g.shape[1]} × {g.shape[2]}", allowed="3 × 3 or more")
        sides = g[:, :-2, 1:-1] + g[:, 2:, 1:-1] + g[:, 1:-1, :-2] + g[:, 1:-1, 2:]
        return variance(sides - 4 * g[:, 1:-1, 1:-1])
