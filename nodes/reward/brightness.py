"""How bright points are that are pictures."""

from __future__ import annotations

from typing import Literal

from torch import Tensor

from graphs import Fraction, InputError, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.reward import Reward
from nodes.contracts.sample import Sample

PICTURE = 3
"""The axes of an event that is a picture: channels, height, width."""


@node(abilities=abilities("differentiable"))
def brightness(*, aim: Literal["more", "less", "target"] = "more", target: Fraction = 0.5) -> Reward:
    """Bright pictures, dark ones, or ones of a brightness.

    b is the mean of (x + 1)/2 over all pixels and channels of a row: 0 is black, 1 is white; what lies outside −1 … 1
    is not clipped, so that the gradient is the same everywhere. The score is b for "more", −b for "less" and
    −|b − target| for "target". Reads pixels [B, C, H, W]; differentiable. Cost: 1 reward a row.
    Errors: points that are no pictures.
    """
    return Brightness(aim, target)


class Brightness(Reward):
    """The reward of `brightness`."""

    space = "pixels"
    abilities = frozenset({"differentiable"})

    def __init__(self, aim: Literal["more", "less", "target"], target: float) -> None:
        self.aim, self.target = aim, target

    def score(self, sample: Sample, ctx: Context) -> Tensor:
        """The mean of all pixels of each row, and how it meets the aim."""
        if len(sample.space.event) != PICTURE:
            raise InputError(
                "brightness is that of pictures",
                given=sample.space.describe(),
                allowed="points [channels, height, width]",
                mend="wire another reward, as reward.linear",
            )
        bright = (sample.x.flatten(1).mean(1) + 1) / 2
        match self.aim:
            case "more":
                return bright
            case "less":
                return -bright
            case "target":
                return -(bright - self.target).abs()
