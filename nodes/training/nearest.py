"""Which training picture a sample is nearest to: has the network learnt them by heart?"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def nearest(pictures: Tensor, others: Tensor, shift: int = 2, beyond: float = -1) -> tuple[Tensor, Tensor]:
    """For each of `pictures` [N, C, H, W] the nearest of `others` [M, C, H, W], moved by up to so many pixels.

    Returns the distances [N], root mean squares over the pixels, and the nearest ones as they were moved
    [N, C, H, W]; what is moved in from beyond the edge is `beyond`. Time grows as N M C H W (2 shift + 1)^2.
    """
    (height, width), numbers = others.shape[2:], others[0].numel()
    padded = functional.pad(others, (shift,) * 4, value=beyond)
    best = torch.full((len(pictures),), torch.inf)
    found = torch.empty_like(pictures)
    for top in range(2 * shift + 1):
        for left in range(2 * shift + 1):
            moved = padded[:, :, top : top + height, left : left + width]
            distance, which = torch.cdist(pictures.flatten(1), moved.flatten(1)).min(1)
            better = distance < best
            best[better], found[better] = distance[better], moved[which[better]]
    return best / numbers**0.5, found
