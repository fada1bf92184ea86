"""What inpainting knows of a picture."""

from __future__ import annotations

import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.devices import moved, take_rows
from nodes.contracts.identity import Identified
from nodes.contracts.levels import beside, eps_of, place
from nodes.contracts.media import Image
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space

PICTURE = 3
"""Axes of a picture: channels, height, width."""
COLOURS, WHITE, HALF = 3, 255, 0.5


class Original(Identified):
    """Clean pictures `x` [R, C, H, W] of `space`, and where they are made anew: `mask` [R', 1, H, W] float64, 0 to 1.

    `noise` [R'', C, H, W] is that of the known part; without, it is what a sample begins with. All by `origin mod R`.
    """

    def __init__(self, x: Tensor, space: Space, mask: Tensor, noise: Tensor | None) -> None:
        self.x, self.space, self.mask, self.noise = x, space, mask, noise

    def require(self, space: Space) -> None:
        """`InputError` where what is sampled is no such picture."""
        if (space.event, space.codec, space.vocabulary) != (self.space.event, self.space.codec, ()):
            raise InputError(
                "the original is of another space than the sample",
                where="original",
                given=_named(self.space),
                allowed=_named(space),
                mend="resize the picture to the model's size; for a model of latents encode it by the same codec",
            )

    def noise_in(self, x: Tensor, s: Tensor, rows: Rows) -> Tensor:
        """The ε of the known part, for points that are begun with: what they have beside the original, (x − α x0)/σ."""
        return eps_of(x, _of(self.x, rows, x), s) if self.noise is None else _of(self.noise, rows, x)

    def anew(self, rows: Rows) -> Tensor:
        """The mask of each row, [B, 1, H, W] float64 on the CPU."""
        return self.mask[rows.origin % len(self.mask)]

    def put_into(self, x: Tensor, eps: Tensor, s: Tensor, rows: Rows, end: Tensor | None = None) -> Tensor:
        """The points at level s with the known part put in: (1 − m) ⊙ (α x0 + σ ε) + m ⊙ x; x0 alone at level `end`."""
        x0, mask = _of(self.x, rows, x), _of(self.mask, rows, x)
        known = place(x0, eps, s)
        if end is not None:
            known = torch.where(beside(moved(s, end.device) == end, known), x0, known)
        return (1 - mask) * known + mask * x


def original_of(original: Sample, mask: Image, noise: Sample | None, *, binarize: bool) -> Original:
    """What is known, all of it looked at: `InputError` where the parts do not belong together."""
    original.require_clean("original")
    event = original.space.event
    if len(event) != PICTURE:
        raise InputError(
            "only pictures and their latents have places to paint",
            where="original",
            given=original.space.describe(),
            allowed="[channels, height, width]",
            mend="wire a picture by picture.sample, or its latents by codec.encode",
        )
    if noise is not None and (noise.space.event != event or not bool(noise.s.isinf().all())):
        raise InputError(
            "the known part needs pure noise of the original's shape",
            where="noise",
            given=noise.describe(),
            allowed=f"{original.space.describe()} at s = inf",
            mend="wire noise.gaussian `like` the original",
        )
    small = mask_of(mask, event[1], event[2], binarize=binarize)
    return Original(original.x.clone(), original.space, small, None if noise is None else noise.x.clone())


def mask_of(image: Image, height: int, width: int, *, binarize: bool) -> Tensor:
    """A mask of that size, [R, 1, height, width] float64: the brightest colour of the nearest pixel, 1 for white."""
    own_height, own_width = image.pixels.shape[1:3]
    block = own_height // height
    if not block or (own_height, own_width) != (block * height, block * width):
        raise InputError(
            "the mask is of another shape than the picture",
            where="mask",
            given=f"{own_width}×{own_height}",
            allowed=f"{width}×{height}, or a multiple of it",
            mend="make the mask of the picture that is painted on, after it was resized",
        )
    white = image.pixels[:, None, ::block, ::block, :COLOURS].amax(-1).double() / WHITE
    return (white >= HALF).double() if binarize else white


def _of(entries: Tensor, rows: Rows, like: Tensor) -> Tensor:
    """The entry of each row, where `like` lies and in its type."""
    own = moved(entries.to(like.dtype), like.device)
    return own if len(own) == 1 else take_rows(own, rows.origin % len(own))


def _named(space: Space) -> str:
    return space.describe() + (f" of the codec {space.codec}" if space.codec else "")
