"""Pictures beside each other, as before and after."""

from __future__ import annotations

import torch

from graphs import Estimate, InputError, node
from nodes.contracts.media import Image


@node(cost=lambda known: Estimate(rows=known.input("first").rows))
def beside(first: Image, second: Image) -> Image:
    """Each picture of a batch and its partner on one picture: `first` left, `second` right, as before and after.

    Both uint8 [B, H, W, C], of one size and one number of channels; returns [B, H, 2 W, C]. An only picture stands
    beside every one of the other batch. Cost: none. Errors: pictures of other sizes, or of another count.
    """
    left, right = first.pixels, second.pixels
    fits = left.shape[1:] == right.shape[1:] and (len(left) == len(right) or 1 in (len(left), len(right)))
    if not fits:
        raise InputError(
            "these pictures cannot stand beside each other",
            where="second",
            given=f"{second.describe()} beside {first.describe()}",
            allowed="pictures of one size and as many channels; as many of them, or a single one",
            mend="resize one of them with picture.resize",
        )
    count = max(len(left), len(right))
    return Image(torch.cat([pixels.expand(count, *pixels.shape[1:]) for pixels in (left, right)], 2))
