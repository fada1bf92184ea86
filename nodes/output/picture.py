"""Pictures as results."""

from __future__ import annotations

from typing import Annotated

from torch import Tensor

from graphs import InputError, Number, node
from nodes.contracts.media import Image
from nodes.contracts.media import sheet as lay_out

Enlarge = Annotated[int, Number(integer=True, minimum=1, maximum=32)]
LARGEST_SIDE = 2**15


@node(output=True)
def picture(image: Image, *, enlarge: Enlarge = 1) -> Image:
    """Pictures to keep: each is saved as a file of its own, with the graph inside.

    `enlarge` repeats every pixel so many times in both directions; uint8 [B, H, W, C] stays that. Cost: none.
    """
    return Image(_enlarged(image.pixels, enlarge))


@node(output=True)
def sheet(
    image: Image, *, columns: Annotated[int, Number(integer=True, minimum=1, maximum=1000)] = 8, enlarge: Enlarge = 1
) -> Image:
    """All pictures of a batch on one sheet, in rows of `columns`, with the graph inside.

    `enlarge` repeats every pixel so many times in both directions. Cost: none.
    """
    return Image(lay_out(_enlarged(image.pixels, enlarge), columns, gap=enlarge)[None])


def _enlarged(pixels: Tensor, factor: int) -> Tensor:
    height, width = pixels.shape[1:3]
    if max(height, width) * factor > LARGEST_SIDE:
        given = f"{width}×{height}, {factor} times"
        raise InputError("the enlarged pictures are too large", given=given, allowed=f"a side of {LARGEST_SIDE}")
    return pixels.repeat_interleave(factor, 1).repeat_interleave(factor, 2)
