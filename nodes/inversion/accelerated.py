"""Anderson's acceleration of a fixed-point iteration, for each row by itself."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def accelerated(asked: Sequence[Tensor], found: Sequence[Tensor], memory: int) -> Tensor:
    """The next point x of an iteration x ← g(x), from the points asked and found = g(asked), [B, *event] each.

    The found points are mixed with the weights, of sum 1, by which the residuals of the last `memory` + 1 nearly
    cancel (Walker & Ni 2011). Without memory it is the last one found.
    """
    kept = min(memory, len(found) - 1)
    if not kept:
        return found[-1]
    last = slice(-kept - 1, None)
    images = torch.stack([entry.flatten(1) for entry in found[last]], 1).double()
    residuals = images - torch.stack([entry.flatten(1) for entry in asked[last]], 1).double()
    steps, changes = images.diff(dim=1), residuals.diff(dim=1)
    gram = changes @ changes.mT
    size = gram.diagonal(dim1=1, dim2=2).sum(1)[:, None, None]
    # Where the residuals are alike there is nothing to solve: the ridge keeps their mixture at the last point.
    ridge = torch.eye(kept, dtype=gram.dtype, device=gram.device) * (1e-12 * size + torch.finfo(gram.dtype).tiny)
    shares, _ = torch.linalg.solve_ex(gram + ridge, changes @ residuals[:, -1, :, None])
    mixed: Tensor = images[:, -1] - (steps * shares).sum(1)
    return mixed.reshape(found[-1].shape).to(found[-1].dtype)
