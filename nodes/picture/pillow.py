"""What nodes of pictures share: pictures between tensors and Pillow, colours, and how large one may be."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import numpy as np
import torch
from PIL import Image as Pillow
from torch import Tensor

from graphs import ColourCode, InputError

COLOURS, WITH_ALPHA = 3, 4
WHITE = 255
MOST_PIXELS = 2**26
"""Pixels of one picture at the most: 8192 × 8192."""
Colour: TypeAlias = Annotated[str, ColourCode()]


def opened(picture: Tensor) -> Pillow.Image:
    """A picture [H, W, C] as Pillow's, "L", "RGB" or "RGBA"."""
    array = picture.contiguous().numpy()
    return Pillow.fromarray(array[..., 0] if array.shape[-1] == 1 else array)


def closed(picture: Pillow.Image) -> Tensor:
    """Pillow's picture as uint8 [H, W, C]."""
    array = np.array(picture)
    return torch.from_numpy(array if array.ndim == COLOURS else array[..., None])


def laid_on(picture: Pillow.Image, colour: str) -> Pillow.Image:
    """An "RGBA" picture on a ground of that colour, "RGB"."""
    return Pillow.alpha_composite(Pillow.new("RGBA", picture.size, colour), picture).convert("RGB")


def check_pixels(width: int, height: int, where: str) -> None:
    """`InputError` where one picture would have too many pixels."""
    if width * height > MOST_PIXELS:
        raise InputError(
            "the picture is too large",
            where=where,
            given=f"{width}×{height}",
            allowed="2^26 pixels, as 8192×8192",
            mend="make it smaller",
        )


def luminance(pixels: Tensor) -> Tensor:
    """The grey of uint8 [..., 1, 3 or 4], [..., 1]: (0.299 R + 0.587 G + 0.114 B), rounded; alpha is ignored."""
    if pixels.shape[-1] == 1:
        return pixels
    red, green, blue = pixels[..., :COLOURS].long().unbind(-1)
    grey = (299 * red + 587 * green + 114 * blue + 500) // 1000
    return grey[..., None].byte()
