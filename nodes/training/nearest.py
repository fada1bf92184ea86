"""Which training picture a sample is nearest to: has the network learnt digits by heart?"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def nearest(pictures: Tensor, others: Tensor, shift: int = 2) -> tuple[Tensor, Tensor]:
    """For each of `pictures` [N, 1, H, W] the nearest of `others` [M, 1, H, W], moved by up to so many pixels.

    Returns the distances [N], root mean squares over the pixels, and the nearest ones as they were moved
    [N, 1, H, W]; what is moved in from beyond the edge is -1. Time grows as N M H W (2 shift + 1)^2.
    """
    height, width = others.shape[2:]
    padded = functional.pad(others, (shift,) * 4, value=-1)
    best = torch.full((len(pictures),), torch.inf)
    found = torch.empty_like(pictures)
    for top in range(2 * shift + 1):
        for left in range(2 * shift + 1):
            moved = padded[:, :, top : top + height, left : left + width]
            distance, which = torch.cdist(pictures.flatten(1), moved.flatten(1)).min(1)
            better = distance < best
            best[better], found[better] = distance[better], moved[which[better]]
    return best / (height * width) ** 0.5, found
