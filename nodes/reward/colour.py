"""Pictures of a colour."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor

from graphs import ColourCode, InputError, abilities, also, node
from nodes.contracts.context import Context
from nodes.contracts.reward import Reward
from nodes.contracts.sample import Sample
from nodes.reward.statistics import COLOURED, grey, picture


@node(abilities=abilities("differentiable"), also=("reward.color",))
def colour(*, target: Annotated[str, ColourCode(), also("colour", "color")] = "#d04020") -> Reward:
    """Pictures whose mean colour is that: r(x) = −|mean of (x + 1)/2 over the pixels − c|², c in 0 … 1 a channel.

    0 where it is met. Pictures of one channel are compared with the colour's grey. What lies outside −1 … 1 is not
    clipped. Reads pixels [B, 3, H, W] or [B, 1, H, W]; differentiable. Cost: 1 reward a row.
    Errors: points that are no pictures, or of other channels.
    """
    return Colour(torch.tensor([int(target[at : at + 2], 16) / 255 for at in (1, 3, 5)], dtype=torch.float64))


class Colour(Reward):
    """The reward of `colour`; `target` [3] float64."""

    space = "pixels"
    abilities = frozenset({"differentiable"})

    def __init__(self, target: Tensor) -> None:
        self.target = target

    def score(self, sample: Sample, ctx: Context) -> Tensor:
        """Less the square of the distance."""
        mean = picture(sample, "a colour").flatten(2).mean(2)
        if mean.shape[1] not in (1, COLOURED):
            raise InputError("the picture has no colours", given=f"{mean.shape[1]} channels", allowed="1 or 3 channels")
        target = self.target if mean.shape[1] == COLOURED else grey(self.target.reshape(1, -1, 1, 1)).flatten()
        return -(mean - target.to(mean.dtype).to(mean.device, non_blocking=True)).square().sum(1)
