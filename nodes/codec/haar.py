"""The Haar transform of pictures: an exact codec."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import torch
from torch import Tensor

from graphs import InputError, Number, node
from nodes.contracts.codec import Codec
from nodes.contracts.context import Context
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space

PICTURE = 3
"""Axes of a picture: channels, height, width."""
BANDS = 4
"""What a level makes of a channel: the average of 2×2 pixels, and three differences."""


@node
def haar(*, levels: Annotated[int, Number(integer=True, minimum=1, maximum=8)] = 1) -> Codec:
    """Orthonormal Haar wavelet packets (Haar 1910): pictures ↔ latents of the same size, with no loss.

    A level takes pixels a b / c d of every 2×2 block to (a+b+c+d)/2, (a−b+c−d)/2, (a+b−c−d)/2 and (a−b−c+d)/2, on
    every channel: [C, H, W] becomes [4C, H/2, W/2], the averages first; `levels` = 2 gives [16C, H/4, W/4], and so on.
    W is orthonormal, ⟨W x, W y⟩ = ⟨x, y⟩, so Gaussian noise stays Gaussian noise: a noised picture may be encoded at
    its level. What encodes with other `levels` does not decode it. Cost: no NFE.
    Errors: no picture, or one whose sides 2^levels does not divide.
    """
    return Haar(levels)


class Haar(Codec):
    """The transform of `haar`; its name carries the levels, as latents of other levels are laid out otherwise."""

    def __init__(self, levels: int) -> None:
        self.levels, self.name, self.cell = levels, f"haar-{levels}", 2**levels

    def encode(self, x: Sample, ctx: Context) -> Sample:
        """The bands of every block."""
        event, side = x.space.event, 2**self.levels
        if x.space.codec or len(event) != PICTURE or event[1] % side or event[2] % side:
            raise InputError(
                "the codec cannot encode this",
                given=x.space.describe() + (f", latents of the codec {x.space.codec}" if x.space.codec else ""),
                allowed=f"pictures [channels, height, width] with sides that {side} divides",
                mend="decode the latents first" if x.space.codec else "wire pictures, or set fewer `levels`",
            )
        _one_level(x)
        bands_of = (event[0] * side**2, event[1] // side, event[2] // side)
        latents = Space("latents", bands_of, codec=self.name, cell=side)
        bands = x.x
        for _ in range(self.levels):
            bands = _analysed(bands)
        return replace(x, x=bands, space=latents, aux={})

    def decode(self, z: Sample, ctx: Context) -> Sample:
        """The pixels of the bands."""
        _one_level(z)
        pixels = z.x
        for _ in range(self.levels):
            pixels = _synthesised(pixels)
        return replace(z, x=pixels, space=Space("pixels", tuple(pixels.shape[1:])), aux={})


def _one_level(sample: Sample) -> None:
    """`InputError` where the noise differs by place, as the transform mixes places."""
    if sample.s.ndim > 1:
        raise InputError(
            "the codec mixes places, and these have noise levels of their own",
            given=f"levels of shape {list(sample.s.shape)}",
            allowed="one level for each row",
            mend="finish the sample first, so that all places are at s = 0",
        )


def _analysed(x: Tensor) -> Tensor:
    """[B, C, H, W] as [B, 4C, H/2, W/2]: the bands are the slow axis."""
    count, channels, height, width = x.shape
    blocks = x.reshape(count, channels, height // 2, 2, width // 2, 2).permute(0, 3, 5, 1, 2, 4)
    return _mixed(blocks).reshape(count, BANDS * channels, height // 2, width // 2)


def _synthesised(z: Tensor) -> Tensor:
    """[B, 4C, H, W] as [B, C, 2H, 2W]."""
    count, channels, height, width = z.shape
    blocks = _mixed(z.reshape(count, 2, 2, channels // BANDS, height, width)).permute(0, 3, 4, 1, 5, 2)
    return blocks.reshape(count, channels // BANDS, 2 * height, 2 * width)


def _mixed(blocks: Tensor) -> Tensor:
    """The 2×2 Haar matrix along the axes 1 and 2; it is its own inverse."""
    top, bottom = blocks[:, 0], blocks[:, 1]
    rows = torch.stack([top + bottom, top - bottom], 1)
    left, right = rows[:, :, 0], rows[:, :, 1]
    return torch.stack([left + right, left - right], 2) / 2
