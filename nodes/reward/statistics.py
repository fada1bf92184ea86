"""What rewards that are one number of a picture share: the picture, its grey, and what is wanted of the number."""

from __future__ import annotations

from abc import abstractmethod
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.context import Context
from nodes.contracts.reward import Reward
from nodes.contracts.sample import Sample

Aim: TypeAlias = Literal["more", "less", "target"]
"""Whether a number should be large, small, or near to one that is given."""

PICTURE, COLOURED = 3, 3
"""The axes of an event that is a picture: channels, height, width; the channels of one in colour."""
GREY = (0.299, 0.587, 0.114)
"""How much of each colour is in its grey (ITU-R BT.601)."""


def picture(sample: Sample, what: str) -> Tensor:
    """The points [B, C, H, W], 0 black and 1 white, not clipped; `InputError` where they are no pictures."""
    if len(sample.space.event) != PICTURE or sample.space.vocabulary:
        raise InputError(
            f"{what} is that of pictures",
            given=sample.space.describe(),
            allowed="points [channels, height, width]",
            mend="wire another reward, as reward.linear",
        )
    return (sample.x + 1) / 2


def grey(pictures: Tensor) -> Tensor:
    """The grey of pictures [B, C, H, W]: [B, H, W]; the mean of the channels where they are no red, green and blue."""
    if pictures.shape[1] != COLOURED:
        return pictures.mean(1)
    weights = torch.tensor(GREY, dtype=pictures.dtype).to(pictures.device, non_blocking=True)
    return torch.einsum("bchw,c->bhw", pictures, weights)


def variance(numbers: Tensor) -> Tensor:
    """The variance of all numbers of each row, [B]; the same bits in every batch, unlike `Tensor.var`."""
    flat = numbers.flatten(1)
    return (flat - flat.mean(1, keepdim=True)).square().mean(1)


class Statistic(Reward):
    """A reward that wants more or less of one number of a picture, or as much as a target."""

    space = "pixels"
    abilities = frozenset({"differentiable"})
    what = "the statistic"

    def __init__(self, aim: Aim, target: float) -> None:
        self.aim: Aim = aim
        self.target = target

    @abstractmethod
    def value(self, pictures: Tensor) -> Tensor:
        """The number of each picture [B, C, H, W] between 0 and 1, [B]."""

    def score(self, sample: Sample, ctx: Context) -> Tensor:
        """The number, less it, or less its distance from the target."""
        value = self.value(picture(sample, self.what))
        match self.aim:
            case "more":
                return value
            case "less":
                return -value
            case "target":
                return -(value - self.target).abs()
