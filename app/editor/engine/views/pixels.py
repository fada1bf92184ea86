"""Pixels as the file of a picture."""

from __future__ import annotations

import io
import math

from PIL import Image as Pillow
from torch import Tensor

from app.editor.engine.drawing import Picture
from nodes.contracts.media import sheet

SMALL = 256
"""Pixels of the longer side of a small picture, at the most."""
MOST = 64
"""Pictures of a batch that are shown at the most."""
PHOTO = 96
"""Pixels of the shorter side from which on colours are sent as JPEG, which is then smaller by far."""


def small_sheet(pixels: Tensor, label: str = "", s: float | None = None) -> Picture:
    """Pictures uint8 [B, H, W, C] on one small sheet; what is large is made smaller."""
    first = pixels[:MOST].cpu()
    columns = max(1, math.ceil(math.sqrt(len(first) * first.shape[1] / max(1, first.shape[2]))))
    step = max(1, max(first.shape[1], first.shape[2]) // (SMALL * 2))
    whole = first[0] if len(first) == 1 else sheet(first[:, ::step, ::step], columns)
    picture = image_of(whole)
    if max(picture.size) > SMALL:
        picture.thumbnail((SMALL, SMALL))
    return encoded(picture, label, s)


def image_of(pixels: Tensor) -> Pillow.Image:
    """Pixels uint8 [H, W, C] as an image."""
    array = pixels.cpu().contiguous().numpy()
    return Pillow.fromarray(array[..., 0] if array.shape[-1] == 1 else array)


def encoded(picture: Pillow.Image, label: str = "", s: float | None = None) -> Picture:
    """An image as a file that is small to send."""
    buffer = io.BytesIO()
    photo = picture.mode == "RGB" and min(picture.size) > PHOTO
    if photo:
        picture.save(buffer, "jpeg", quality=82)
    else:
        picture.save(buffer, "png", compress_level=3)
    return Picture(buffer.getvalue(), *picture.size, label, s, ".jpg" if photo else ".png")


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG, from its header."""
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
