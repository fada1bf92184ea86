"""How bright pictures are."""

from __future__ import annotations

import torch

from graphs import InputError, node
from nodes.contracts.media import Image, Number

COLOURS = 3
WHITE = 255


@node
def brightness(image: Image) -> Number:
    """The mean of all pixels over all pictures of a batch: 0 is black, 1 is white.

    uint8 [B, H, W, C] is averaged over its colour channels, as stored (gamma-encoded); alpha is ignored. The sum is
    exact. Cost: none. Errors: a batch without a pixel.
    """
    colours = image.pixels[..., :COLOURS]
    if not colours.numel():
        raise InputError("there is no pixel to average", given=str(list(image.pixels.shape)), mend="wire a picture")
    return Number(int(colours.sum(dtype=torch.int64)) / (colours.numel() * WHITE))
