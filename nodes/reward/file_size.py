"""How large the file of a picture is."""

from __future__ import annotations

import io
from typing import Annotated, Literal, TypeAlias

import torch
from PIL import Image as Pillow
from torch import Tensor

from graphs import InputError, Number, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.reward import Reward
from nodes.contracts.sample import Sample
from nodes.reward.statistics import COLOURED, picture

Wanted: TypeAlias = Literal["small", "large"]
KILOBYTE = 1024


@node(abilities=abilities(), also=("reward.jpeg_compressibility",))
def jpeg_size(
    *, wanted: Wanted = "small", quality: Annotated[int, Number(integer=True, minimum=1, maximum=100)] = 95
) -> Reward:
    """JPEG compressibility (Black et al. 2023, arXiv:2305.13301): r(x) = −bytes of the JPEG file/1024.

    The points are clipped to −1 … 1 and rounded to bytes, as decoder.pixels does, and written by the encoder of Pillow
    at that quality, without further data; a flat picture is the smallest. "large" is incompressibility, the same with
    the other sign. Reads pixels [B, C, H, W], C = 1 or 3; it has no gradient, and waits for the device.
    Cost: 1 reward a row. Errors: points that are no pictures, or of other channels.
    """
    return FileSize("JPEG", wanted, quality)


@node(abilities=abilities())
def png_size(*, wanted: Wanted = "small") -> Reward:
    """PNG size: r(x) = −bytes of the PNG file/1024, how little a lossless code can say of the picture.

    The points are clipped to −1 … 1 and rounded to bytes, and written by Pillow. "large" has the other sign. Reads
    pixels [B, C, H, W], C = 1 or 3; it has no gradient, and waits for the device. Cost: 1 reward a row.
    Errors: points that are no pictures, or of other channels.
    """
    return FileSize("PNG", wanted)


class FileSize(Reward):
    """The reward of `jpeg_size` and `png_size`."""

    space = "pixels"

    def __init__(self, form: Literal["JPEG", "PNG"], wanted: Wanted, quality: int = 95) -> None:
        self.form: Literal["JPEG", "PNG"] = form
        self.wanted: Wanted = wanted
        self.quality = quality

    def score(self, sample: Sample, ctx: Context) -> Tensor:
        """The size of each picture's file."""
        pictures = picture(sample.to("cpu"), "the size of a file")
        if pictures.shape[1] not in (1, COLOURED):
            raise InputError("there is no such file", given=f"{pictures.shape[1]} channels", allowed="1 or 3 channels")
        pixels = (pictures.detach().clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1)
        sizes = torch.tensor([self.size(entry) for entry in pixels], dtype=torch.float64) / KILOBYTE
        sizes = torch.where(pictures.isnan().flatten(1).any(1), torch.nan, sizes)  # what has no bytes has no size
        return moved(sizes if self.wanted == "large" else -sizes, sample.x.device)

    def size(self, pixels: Tensor) -> int:
        """The bytes of one picture [H, W, C]."""
        file = io.BytesIO()
        image = Pillow.fromarray(pixels.squeeze(2).contiguous().numpy())
        if self.form == "JPEG":
            image.save(file, self.form, quality=self.quality)
        else:
            image.save(file, self.form)
        return len(file.getvalue())
