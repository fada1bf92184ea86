"""Inpainting: some places of a picture are seen, the others are not."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import torch
from torch import Tensor

from graphs import Estimate, Fraction, InputError, Seed, abilities, also, node
from nodes.contracts.draws import uniform
from nodes.contracts.media import Image
from nodes.contracts.model import Model
from nodes.contracts.operator import Operator
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.measurement.fourier import of_rows
from nodes.measurement.linear import Gain, Spectral
from nodes.measurement.shapes import PICTURE

Region: TypeAlias = Literal["left", "right", "top", "bottom", "centre", "border", "random"]
HALF_WHITE = 128
COLOURS = 3


@node(abilities=abilities("linear", "svd"), cost=Estimate())
def mask(
    like: Model | Sample,
    image: Image | None = None,
    *,
    hidden: Annotated[Region, also("region")] = "centre",
    fraction: Fraction = 0.5,
    seed: Seed = 0,
) -> Operator:
    """A mask, as for inpainting: A x = m ⊙ x, with m = 1 at the places that are seen and 0 at the hidden ones.

    `like`, a model or a sample of events [C, H, W], says how large it is; all channels share it. Hidden is `fraction`
    of the width or height from that side; in the "centre" a box of `fraction` of both, "border": all but that box;
    "random": that fraction of the places, drawn by `seed`. An `image` is a mask by hand instead, of size H × W: what is
    white is hidden, as inpainting masks have it; of several pictures row r takes picture `origin mod R`.
    Linear: Aᵀ = A⁺ = A. Cost: none. Errors: an event that is no picture; an image of another size.
    """
    event = like.space.event
    if len(event) != 3:  # noqa: PLR2004 - channels, height, width
        raise InputError(
            "a mask hides places of a picture",
            given=like.space.describe(),
            allowed="an event [channels, height, width]",
            mend="wire a model or a sample of pictures",
        )
    seen = _region(event[1], event[2], hidden, fraction, seed) if image is None else _drawn(image, event[1], event[2])
    return Mask(seen)


class Mask(Spectral):
    """A x = m ⊙ x; `seen` is m, float32 of 0 and 1, [R, 1, H, W]: the singular values."""

    def __init__(self, seen: Tensor) -> None:
        self.seen = seen

    def measures(self, event: tuple[int, ...]) -> bool:
        """Pictures of its size."""
        return len(event) == PICTURE and event[1:] == self.seen.shape[-2:]

    def apply(self, x: Tensor, rows: Rows) -> Tensor:
        """M ⊙ x."""
        return of_rows(self.seen, rows, x) * x

    def filtered(self, x: Tensor, gain: Gain, rows: Rows) -> Tensor:
        """G(m) ⊙ x."""
        return gain(of_rows(self.seen, rows, x)) * x

    def backward(self, y: Tensor, gain: Gain, rows: Rows) -> Tensor:
        """G(1) m ⊙ y."""
        seen = of_rows(self.seen, rows, y)
        return gain(torch.ones_like(seen)) * (seen * y)


def _region(height: int, width: int, hidden: Region, fraction: float, seed: int) -> Tensor:
    down, right = round(fraction * height), round(fraction * width)
    box = torch.zeros(height, width, dtype=torch.bool)
    match hidden:
        case "left":
            box[:, :right] = True
        case "right":
            box[:, width - right :] = True
        case "top":
            box[:down] = True
        case "bottom":
            box[height - down :] = True
        case "centre" | "border":
            top, left = (height - down) // 2, (width - right) // 2
            box[top : top + down, left : left + right] = True
        case "random":
            order = uniform(Rows.first(seed, 1), (height * width,), "mask")[0].argsort()
            box.view(-1)[order[: round(fraction * height * width)]] = True
    seen = box if hidden == "border" else ~box
    return seen.float()[None, None]


def _drawn(image: Image, height: int, width: int) -> Tensor:
    """The mask of a picture: its brightest colour decides, by half white."""
    size = tuple(image.pixels.shape[1:3])
    if size != (height, width):
        raise InputError(
            "the mask is of another size than the picture",
            where="image",
            given=f"{size[1]}×{size[0]}",
            allowed=f"{width}×{height}",
            mend="scale the mask to the size that the model works at",
        )
    return (image.pixels[..., :COLOURS].amax(-1) < HALF_WHITE).float()[:, None]
