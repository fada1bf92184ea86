"""How alike a picture is to its mirror image."""

from __future__ import annotations

from typing import Literal, TypeAlias

from torch import Tensor

from graphs import abilities, node
from nodes.contracts.context import Context
from nodes.contracts.reward import Reward
from nodes.contracts.sample import Sample
from nodes.reward.statistics import picture

Mirror: TypeAlias = Literal["left_right", "up_down", "point"]
AXES: dict[Mirror, tuple[int, ...]] = {"left_right": (3,), "up_down": (2,), "point": (2, 3)}


@node(abilities=abilities("differentiable"))
def symmetry(*, mirror: Mirror = "left_right") -> Reward:
    """Symmetric pictures: r(x) = −mean (p − M p)², p = (x + 1)/2, M the mirror image; 0 where they are equal.

    "left_right" mirrors at the vertical line through the middle, "up_down" at the horizontal one, "point" at the point
    in the middle (half a turn). Reads pixels [B, C, H, W]; differentiable. Cost: 1 reward a row.
    Errors: points that are no pictures.
    """
    return Symmetry(mirror)


class Symmetry(Reward):
    """The reward of `symmetry`."""

    space = "pixels"
    abilities = frozenset({"differentiable"})

    def __init__(self, mirror: Mirror) -> None:
        self.mirror: Mirror = mirror

    def score(self, sample: Sample, ctx: Context) -> Tensor:
        """Less the mean square between picture and mirror image."""
        pictures = picture(sample, "symmetry")
        return -(pictures - pictures.flip(AXES[self.mirror])).square().flatten(1).mean(1)
