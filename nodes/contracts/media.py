"""What a person sees or reads: pictures, text, numbers; each knows how it is saved."""

from __future__ import annotations

import io
import math
from typing import Self

import torch
from PIL import Image as Pillow
from torch import Tensor

from graphs import InputError, data
from graphs.media import Cells, File
from nodes.contracts.contact_sheet import contact_sheet


@data(colour="#d65c8a", gathers=("Image",))
class Image:
    """Pictures: uint8 [B, height, width, channels], channels 1 (grey), 3 (RGB) or 4 (RGBA)."""

    pixels: Tensor

    def __post_init__(self) -> None:
        shape, kind = list(self.pixels.shape), str(self.pixels.dtype).removeprefix("torch.")
        if kind != "uint8" or len(shape) != 4 or shape[3] not in (1, 3, 4):  # noqa: PLR2004 - B, H, W, C
            raise InputError(
                "these are no pictures",
                where="Image",
                given=f"{kind} {shape}",
                allowed="uint8 [count, height, width, 1, 3 or 4 channels]",
                mend="round and clip to 0 … 255, then .byte()" if kind != "uint8" else "add the missing axis",
            )

    def describe(self) -> str:
        """Count and size."""
        count, height, width, channels = self.pixels.shape
        return f"{count} pictures of {width}×{height}, {channels} channels"

    def preview(self) -> bytes:
        """All pictures on one sheet, a PNG."""
        return _png(_square_sheet(self.pixels))

    @classmethod
    def gather(cls, cells: Cells) -> Self:
        """A labelled contact sheet of a sweep; a cell with several pictures shows them side by side."""
        return cls(contact_sheet([_cell(value) for value in cells.values], cells.axes)[None])

    def files(self) -> tuple[File, ...]:
        """A PNG for each picture."""
        return tuple(File(".png", _png(picture)) for picture in self.pixels)


@data(colour="#7a8b5c", feeds=("text",))
class Text:
    """A text that a person reads."""

    text: str

    def parameter(self) -> str:
        """The text, for a parameter that it is wired to."""
        return self.text

    def files(self) -> tuple[File, ...]:
        """A text file."""
        return (File(".txt", self.text.encode()),)


@data(colour="#b0763a", feeds=("number", "curve", "seed"))
class Number:
    """One number."""

    value: float

    def parameter(self) -> float:
        """The number, for a parameter that it is wired to; whole numbers as int."""
        value = float(self.value)
        return int(value) if value.is_integer() else value

    def files(self) -> tuple[File, ...]:
        """A text file."""
        return (File(".txt", f"{self.value!r}\n".encode()),)


def sheet(pixels: Tensor, columns: int, gap: int = 1) -> Tensor:
    """Pictures [B, H, W, C] side by side on one, [rows·(H + gap) + gap, columns·(W + gap) + gap, C], grey between."""
    count, height, width, channels = pixels.shape
    columns = max(1, min(columns, count))
    rows = -(-count // columns)
    canvas = torch.full((rows * (height + gap) + gap, columns * (width + gap) + gap, channels), 128, dtype=torch.uint8)
    for number, picture in enumerate(pixels):
        top = gap + number // columns * (height + gap)
        left = gap + number % columns * (width + gap)
        canvas[top : top + height, left : left + width] = picture
    return canvas


def _cell(value: object) -> Tensor:
    """A cell of a sweep as one picture [H, W, C]: an only picture as it is, several on a sheet."""
    if not isinstance(value, Image):
        raise InputError("a cell of the sweep holds no picture", where="Image", given=type(value).__name__)
    return value.pixels[0] if len(value.pixels) == 1 else _square_sheet(value.pixels)


def _square_sheet(pixels: Tensor) -> Tensor:
    return sheet(pixels, columns=math.ceil(math.sqrt(len(pixels))))


def _png(picture: Tensor) -> bytes:
    array = picture.cpu().contiguous().numpy()
    buffer = io.BytesIO()
    Pillow.fromarray(array[..., 0] if array.shape[-1] == 1 else array).save(buffer, "png")
    return buffer.getvalue()
