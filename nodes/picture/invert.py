"""A picture's negative."""

from __future__ import annotations

import torch

from graphs import Estimate, node
from nodes.contracts.media import Image
from nodes.picture.pillow import WHITE, WITH_ALPHA


@node(cost=lambda known: Estimate(rows=known.input("image").rows))
def invert(image: Image) -> Image:
    """The negative of pictures, and of masks: 255 − v for every colour of uint8 [B, H, W, C]; alpha stays.

    Cost: none.
    """
    pixels = image.pixels
    if pixels.shape[-1] != WITH_ALPHA:
        return Image(WHITE - pixels)
    return Image(torch.cat([WHITE - pixels[..., :-1], pixels[..., -1:]], -1))
