"""Pictures as points that a model works on."""

from __future__ import annotations

import torch
from torch import Tensor

from graphs import Count, Estimate, InputError, Known, Seed, node
from nodes.contracts.media import Image
from nodes.contracts.model import Model
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.picture.pillow import COLOURS, WITH_ALPHA, luminance

PICTURE = 3
"""Axes of a picture: channels, height, width."""


def cost(known: Known) -> Estimate:
    """As many rows as are asked for, or else as there are pictures."""
    counted = known.value("count") is not None
    return Estimate(rows=known.number("count") if counted else known.input("image").rows)


@node(cost=cost)
def sample(image: Image, like: Model | Sample | None = None, *, count: Count | None = None, seed: Seed = 0) -> Sample:
    """Pictures as a clean sample of pixels: x = v/127.5 − 1 in [−1, 1] at s = 0, float32 [B, C, H, W].

    uint8 [B, H, W, C] of C = 1 (grey), 3 or 4; the way back, decoder.pixels, gives the same bytes. With `like`, a model
    or a sample of pixels, it has that many channels: grey is repeated, colours become 0.299 R + 0.587 G + 0.114 B; for
    latents it is RGB of any size, and codec.encode follows. With a `count` there are so many rows, which take the
    pictures in turn, as for several prompts on one picture. Row r has the lineage r of `seed`. Cost: none.
    Errors: pictures of another size than `like`; alpha that is not asked for; a `like` of points or tokens.
    """
    space = None if like is None else _pixels(like)
    pixels = image.pixels if space is None else _channels(image, space.event[0])
    event = (pixels.shape[-1], *pixels.shape[1:3])
    if space is not None and space.codec is None and event != space.event:
        raise InputError(
            "the pictures are of another size than the model's",
            where="image",
            given=f"{event[2]}×{event[1]}",
            allowed=f"{space.event[2]}×{space.event[1]}",
            mend="put picture.resize before it, with the same `like`",
        )
    rows = Rows.first(seed, len(pixels) if count is None else count)
    x = pixels.permute(0, 3, 1, 2).float() / 127.5 - 1
    s = torch.zeros(len(rows), dtype=torch.float64)
    return Sample(x[torch.arange(len(rows)) % len(x)].contiguous(), s, Space("pixels", event), rows)


def _pixels(like: Model | Sample) -> Space:
    """The space of `like`; of latents its channels are those of RGB."""
    space = like.space
    if space.vocabulary or (space.codec is None and len(space.event) != PICTURE):
        raise InputError(
            "a picture is no such point",
            where="like",
            given=space.describe(),
            allowed="a model or a sample of pixels or latents",
            mend="wire the model that is to work on the picture, or nothing",
        )
    return space if space.codec is None else Space("pixels", (COLOURS,), space.codec)


def _channels(image: Image, wanted: int) -> Tensor:
    """The pixels with so many channels."""
    pixels, own = image.pixels, image.pixels.shape[-1]
    if own == wanted:
        return pixels
    if own != WITH_ALPHA and wanted == 1:
        return luminance(pixels)
    if own == 1 and wanted == COLOURS:
        return pixels.expand(-1, -1, -1, COLOURS)
    raise InputError(
        "the pictures have other channels than the model",
        where="image",
        given=f"{own} channels",
        allowed=f"{wanted} channels",
        mend='load the picture with alpha "lay"' if own == WITH_ALPHA else 'load one with alpha "keep"',
    )
