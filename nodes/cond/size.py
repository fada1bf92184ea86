"""The size of the picture as a condition."""

from __future__ import annotations

from typing import Annotated

import torch

from graphs import Estimate, Number, node
from nodes.contracts.cond import Cond

Pixels = Annotated[int, Number(integer=True, minimum=0, maximum=65536, unit="px")]
Score = Annotated[float, Number(minimum=0, maximum=10, step=0.1)]


@node(cost=Estimate())
def size(
    cond: Cond,
    *,
    original_width: Pixels = 0,
    original_height: Pixels = 0,
    crop_left: Pixels = 0,
    crop_top: Pixels = 0,
    target_width: Pixels = 0,
    target_height: Pixels = 0,
    aesthetic_score: Score = 0.0,
) -> Cond:
    """The condition of an SDXL model, and what it was told of each picture in training besides the text.

    The size of the original, where a crop began, and the size that the picture was brought to; of a refiner the last is
    an aesthetic score instead (Podell et al. 2023, arXiv:2307.01952, section 2.2). A size of 0 is that of the picture
    which is sampled, as if this node were not there; a score of 0 is 6 with a text and 2.5 under no condition. A small
    original asks for a blurred picture, a crop beside 0 for a motif that is cut off. It holds for this condition only:
    give the negative one a node of its own, the same or another. Adds the entry "size" [R, 7]. Cost: none.
    Errors: the model that is asked is told no sizes, as SD3 and FLUX.
    """
    numbers = (original_height, original_width, crop_top, crop_left, target_height, target_width, aesthetic_score)
    told = torch.tensor([[float(number) for number in numbers]])
    return Cond({**cond.entries, "size": told.expand(len(cond), -1)})
