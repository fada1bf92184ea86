"""Masks: what of a picture is to be made anew."""

from __future__ import annotations

import math
from typing import Annotated, Literal, TypeAlias

import torch
from torch import Tensor
from torch.nn import functional

from graphs import Estimate, Fraction, InputError, Number, also, node
from nodes.contracts.media import Image
from nodes.picture.pillow import WHITE, WITH_ALPHA, luminance

Source: TypeAlias = Literal["rectangle", "ellipse", "alpha", "luminance"]


@node(cost=lambda known: Estimate(rows=known.input("image").rows))
def mask(
    image: Image,
    *,
    source: Annotated[Source, also("shape", "channel")] = "rectangle",
    left: Annotated[Fraction, also("x")] = 0.25,
    top: Annotated[Fraction, also("y")] = 0.25,
    width: Fraction = 0.5,
    height: Fraction = 0.5,
    threshold: Fraction | None = 0.5,
    invert: bool = False,
    grow: Annotated[int, Number(integer=True, minimum=-1024, maximum=1024, unit="px"), also("expand")] = 0,
    blur: Annotated[float, Number(minimum=0, maximum=256, step=0.5, unit="px"), also("blur_factor", "feather")] = 0.0,
) -> Image:
    """A mask of the pictures' size, uint8 [B, H, W, 1]: white is what is to be made anew, black is what stays.

    A "rectangle" or the "ellipse" in it, whose place and size are shares of the picture's; or what is transparent
    ("alpha"), or bright ("luminance", 0.299 R + 0.587 G + 0.114 B): white from the `threshold` on, or by degrees
    without one. Then, in this order, it is inverted; grown by so many pixels in all eight directions, or shrunk by
    them; and blurred by a Gaussian of that standard deviation. Cost: none.
    Errors: the alpha of pictures that have none.
    """
    white = _shape(image, source, left, top, width, height) if source in ("rectangle", "ellipse") else None
    if white is None:
        white = _transparent(image) if source == "alpha" else luminance(image.pixels)[..., 0].float() / WHITE
        white = white if threshold is None else (white >= threshold).float()
    white = 1 - white if invert else white
    soft = _blurred(_grown(white[:, None], grow), blur)
    return Image((soft.clamp(0, 1) * WHITE).round().byte().permute(0, 2, 3, 1).contiguous())


def _shape(image: Image, source: Source, left: float, top: float, width: float, height: float) -> Tensor:
    """[B, H, W], 1 at pixels whose middle lies in the shape."""
    count, rows, columns = image.pixels.shape[:3]
    y = ((torch.arange(rows, dtype=torch.float64) + 0.5) / rows - top)[:, None]
    x = (torch.arange(columns, dtype=torch.float64) + 0.5) / columns - left
    if source == "ellipse" and width and height:
        inside = (2 * x / width - 1).square() + (2 * y / height - 1).square() <= 1
    else:
        inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    return inside.float().expand(count, -1, -1)


def _transparent(image: Image) -> Tensor:
    """[B, H, W], 1 where nothing is seen."""
    if image.pixels.shape[-1] != WITH_ALPHA:
        raise InputError(
            "the pictures have no alpha",
            where="image",
            given=image.describe(),
            allowed="4 channels",
            mend='load the picture with alpha "keep", or take the mask from its luminance',
        )
    return 1 - image.pixels[..., -1].float() / WHITE


def _grown(white: Tensor, by: int) -> Tensor:
    """[B, 1, H, W] where each place is the most within so many pixels, or the least; what is outside does not count."""
    if not by:
        return white
    reach, signed = abs(by), white if by > 0 else -white
    across = functional.max_pool2d(signed, (1, 2 * reach + 1), stride=1, padding=(0, reach))
    both = functional.max_pool2d(across, (2 * reach + 1, 1), stride=1, padding=(reach, 0))
    return both if by > 0 else -both


def _blurred(white: Tensor, deviation: float) -> Tensor:
    """[B, 1, H, W] under a Gaussian, three deviations wide to each side; the edge goes on outside."""
    if not deviation:
        return white
    reach = math.ceil(3 * deviation)
    weights = torch.exp(-0.5 * (torch.arange(-reach, reach + 1) / deviation).square())
    weights = weights / weights.sum()
    across = functional.pad(white, (reach, reach, 0, 0), mode="replicate")
    along = functional.pad(functional.conv2d(across, weights.view(1, 1, 1, -1)), (0, 0, reach, reach), mode="replicate")
    return functional.conv2d(along, weights.view(1, 1, -1, 1))
