"""Super-resolution: a picture is seen in fewer, larger pixels."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor

from graphs import Estimate, InputError, Number, abilities, also, node
from nodes.contracts.model import Model
from nodes.contracts.operator import Operator
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.measurement.linear import Tight
from nodes.measurement.shapes import PICTURE, picture_of


@node(abilities=abilities("linear", "svd"), cost=Estimate())
def super_resolution(
    like: Model | Sample,
    *,
    factor: Annotated[int, Number(integer=True, minimum=1, maximum=1024), also("scale", "scale_factor")] = 2,
) -> Operator:
    """Super-resolution by average pooling: A x is the mean over blocks of factor × factor pixels.

    [B, C, H, W] is seen as [B, C, H/factor, W/factor]. A Aᵀ = I/factor², so A⁺ y = factor² Aᵀ y repeats each pixel.
    As in DDRM (arXiv:2201.11793) and DDNM (arXiv:2212.00490). `like` says how large the pictures are.
    Cost: none. Errors: an event that is no picture; a size that the factor does not divide.
    """
    _, height, width = picture_of(like, "averages blocks of pixels")
    if height % factor or width % factor:
        raise InputError(
            "the picture cannot be cut into such blocks",
            where="factor",
            given=f"{factor} for {width}×{height}",
            allowed="a divisor of width and height",
        )
    return BoxMean(factor)


class BoxMean(Tight):
    """The means over blocks of pixels."""

    def __init__(self, factor: int) -> None:
        self.factor, self.scale = factor, 1 / factor

    def measures(self, event: tuple[int, ...]) -> bool:
        """Pictures that can be cut into its blocks."""
        return len(event) == PICTURE and not event[1] % self.factor and not event[2] % self.factor

    def apply(self, x: Tensor, rows: Rows) -> Tensor:
        """The mean of each block."""
        count, channels, height, width = x.shape
        blocks = x.reshape(count, channels, height // self.factor, self.factor, width // self.factor, self.factor)
        return blocks.mean((3, 5))

    def spread(self, y: Tensor, rows: Rows) -> Tensor:
        """Each number over its block, divided by the size of the block."""
        wide = y.repeat_interleave(self.factor, 2).repeat_interleave(self.factor, 3)
        return torch.mul(wide, self.scale**2)
