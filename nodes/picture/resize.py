"""Pictures of another size."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import torch
from PIL import Image as Pillow

from graphs import Estimate, InputError, Number, also, node
from nodes.contracts.media import Image
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.picture.pillow import Colour, check_pixels, closed, opened

Method: TypeAlias = Literal["lanczos", "bicubic", "bilinear", "area", "nearest"]
Fit: TypeAlias = Literal["stretch", "crop", "pad"]
Side: TypeAlias = Annotated[int, Number(integer=True, minimum=1, maximum=16384, unit="px")]
Multiple: TypeAlias = Annotated[
    int, Number(integer=True, minimum=1, maximum=256, unit="px"), also("divisible_by", "vae_scale_factor")
]
FILTERS = {
    "lanczos": Pillow.Resampling.LANCZOS,
    "bicubic": Pillow.Resampling.BICUBIC,
    "bilinear": Pillow.Resampling.BILINEAR,
    "area": Pillow.Resampling.BOX,
    "nearest": Pillow.Resampling.NEAREST,
}
PICTURE = 3
"""Axes of a picture: channels, height, width."""


@node(cost=lambda known: Estimate(rows=known.input("image").rows))
def resize(
    image: Image,
    like: Model | Sample | Image | None = None,
    *,
    width: Side | None = None,
    height: Side | None = None,
    method: Annotated[Method, also("resample", "upscale_method", "interpolation")] = "lanczos",
    fit: Annotated[Fit, also("resize_mode")] = "crop",
    multiple_of: Multiple = 1,
    background: Colour = "#000000",
) -> Image:
    """Pictures of another size: uint8 [B, H, W, C] → [B, height, width, C].

    The size is that of `like`, a model or sample of pixels or another picture, or else `width` and `height`; of these
    one alone keeps the shape, and without both it is the picture's own size. Both sides are lowered to a multiple of
    `multiple_of`, as latents need. `fit`: "stretch" to that size; "crop" so that it is filled, the middle kept; "pad"
    so that all is kept, the rest in the colour of the `background`, and transparent where the picture has an alpha,
    which picture.mask makes a mask for outpainting of. Where it gets smaller, all methods but "nearest" average over
    what a pixel covers ("area" by the plain mean); transparent colours count by their alpha. Cost: none.
    Errors: a `like` of latents or points; a size below one multiple; more than 2^26 pixels.
    """
    own_height, own_width = image.pixels.shape[1:3]
    wanted = _sides(own_width, own_height, width, height) if like is None else _size_of(like)
    size = wanted[0] - wanted[0] % multiple_of, wanted[1] - wanted[1] % multiple_of
    if not min(size):
        raise InputError(
            "nothing is left of the picture",
            given=f"{wanted[0]}×{wanted[1]}",
            allowed=f"sides of {multiple_of} or more",
            mend="set a larger size, or a lower `multiple_of`",
        )
    check_pixels(*size, where="resize")
    if size == (own_width, own_height):
        return image
    return Image(torch.stack([closed(_fitted(opened(one), size, method, fit, background)) for one in image.pixels]))


def _sides(own_width: int, own_height: int, width: int | None, height: int | None) -> tuple[int, int]:
    """Width and height, where one that is missing follows the other."""
    if width is None and height is None:
        return own_width, own_height
    if width is None and height is not None:
        return max(1, round(own_width * height / own_height)), height
    if height is None and width is not None:
        return width, max(1, round(own_height * width / own_width))
    return width or own_width, height or own_height


def _size_of(like: Model | Sample | Image) -> tuple[int, int]:
    if isinstance(like, Image):
        height, width = like.pixels.shape[1:3]
        return width, height
    space = like.space
    if space.codec is not None or len(space.event) != PICTURE or space.vocabulary:
        raise InputError(
            "only pixels say how large a picture is",
            where="like",
            given=space.describe() + (f" of the codec {space.codec}" if space.codec else ""),
            allowed="a model or a sample of pixels, or a picture",
            mend="set `width` and `height`: those of latents times the codec's scale, often 8",
        )
    return space.event[2], space.event[1]


def _fitted(picture: Pillow.Image, size: tuple[int, int], method: Method, fit: Fit, background: str) -> Pillow.Image:
    """One picture at that size (width, height)."""
    (width, height), (own_width, own_height) = size, picture.size
    if fit == "stretch":
        return picture.resize(size, FILTERS[method])
    if fit == "crop":
        part = min(own_width / width, own_height / height)
        across, along = width * part, height * part
        left, top = (own_width - across) / 2, (own_height - along) / 2
        return picture.resize(size, FILTERS[method], box=(left, top, left + across, top + along))
    scale = min(width / own_width, height / own_height)
    inner = max(1, round(own_width * scale)), max(1, round(own_height * scale))
    ground = Pillow.new(picture.mode, size, background + "00" if picture.mode == "RGBA" else background)
    ground.paste(picture.resize(inner, FILTERS[method]), ((width - inner[0]) // 2, (height - inner[1]) // 2))
    return ground
