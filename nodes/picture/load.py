"""A picture from a file."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import numpy as np
from PIL import Image as Pillow
from PIL import ImageOps

from graphs import Estimate, FilePath, InputError, Span, also, node
from nodes.contracts.media import Image
from nodes.picture.pillow import Colour, check_pixels, closed, laid_on

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
FORMATS = ("PNG", "JPEG", "WEBP")
SIXTEEN_TO_EIGHT = 257
"""65535 is white, as 255 is."""
BOMBS = (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning)
BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, struct.error, zlib.error)
"""What Pillow raises at files that are no picture, are cut off, or lie about themselves."""

Alpha: TypeAlias = Literal["lay", "keep"]
PictureFile: TypeAlias = Annotated[str | Path, FilePath(suffixes=SUFFIXES), also("image", "path", "filename")]


@node(cost=Estimate(rows=Span.of(1)))
def load(
    *,
    file: PictureFile = "asset:pictures/drawing.png",
    alpha: Alpha = "lay",
    background: Annotated[Colour, also("colour", "color")] = "#ffffff",
) -> Image:
    """Load a picture: PNG, JPEG or WebP, as uint8 [1, H, W, C]; C is 1 for grey files, 3, or 4 with its alpha kept.

    It is turned as its EXIF orientation says. What is transparent is laid on the `background`, or kept as a fourth
    channel: picture.mask makes a mask of that. 16 bits become 8, palettes and CMYK become RGB; of an animation it is
    the first picture; colours are taken as stored, without colour profiles. Cost: none.
    Errors: a file that is no picture, is damaged, or has more than 2^26 pixels, which is found before it is unpacked.
    """
    return Image(closed(read_picture(Path(file), alpha, background))[None])


def read_picture(path: Path, alpha: Alpha, background: str) -> Pillow.Image:
    """The picture of a file, "L", "RGB" or "RGBA"; `InputError` where there is none."""
    try:
        with Pillow.open(path, formats=FORMATS) as file:
            check_pixels(*file.size, where=path.name)
            return _plain(ImageOps.exif_transpose(file), alpha, background)
    except BOMBS as error:
        raise InputError("the picture is too large", where=path.name, mend="make it smaller") from error
    except BROKEN as error:
        raise InputError(
            "the picture cannot be read",
            where=path.name,
            given=str(error) or type(error).__name__,
            allowed="a whole PNG, JPEG or WebP file",
            mend="save it anew with another program",
        ) from error


def _plain(picture: Pillow.Image, alpha: Alpha, background: str) -> Pillow.Image:
    if picture.mode.startswith("I"):
        grey = (np.array(picture).astype(np.int64) + SIXTEEN_TO_EIGHT // 2) // SIXTEEN_TO_EIGHT
        return Pillow.fromarray(grey.clip(0, 255).astype(np.uint8))
    if "transparency" in picture.info or picture.mode in ("LA", "PA", "RGBA", "La", "RGBa"):
        whole = picture.convert("RGBA")
        return whole if alpha == "keep" else laid_on(whole, background)
    return picture.convert("L" if picture.mode in ("1", "L") else "RGB")
