"""A part of a picture."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from graphs import Estimate, InputError, Number, also, node
from nodes.contracts.media import Image

Place: TypeAlias = Annotated[int, Number(integer=True, minimum=0, maximum=16384, unit="px")]
Length: TypeAlias = Annotated[int, Number(integer=True, minimum=1, maximum=16384, unit="px")]


@node(cost=lambda known: Estimate(rows=known.input("image").rows))
def crop(
    image: Image,
    *,
    left: Annotated[Place, also("x")] = 0,
    top: Annotated[Place, also("y")] = 0,
    width: Length | None = None,
    height: Length | None = None,
) -> Image:
    """The part of pictures that begins `left` and `top` pixels in: uint8 [B, H, W, C] → [B, height, width, C].

    Without a `width` or a `height` it goes to the edge. Cost: none. Errors: a part that is not all in the picture.
    """
    own_height, own_width = image.pixels.shape[1:3]
    right = own_width if width is None else left + width
    bottom = own_height if height is None else top + height
    if not (left < right <= own_width and top < bottom <= own_height):
        raise InputError(
            "the part is not in the picture",
            given=f"x from {left} to {right}, y from {top} to {bottom}",
            allowed=f"within 0 to {own_width} and 0 to {own_height}",
            mend="move it, or make it smaller",
        )
    return Image(image.pixels[:, top:bottom, left:right].contiguous())
