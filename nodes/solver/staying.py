"""Places that a step leaves where they are."""

from __future__ import annotations

import torch
from torch import Tensor

from nodes.contracts.levels import beside


def stayed(before: Tensor, after: Tensor, s: Tensor, s_next: Tensor) -> Tensor:
    """The x after a step, with the x before it at places whose level stays; a row has at least one that moves."""
    return after if s.ndim == 1 else torch.where(beside(s == s_next, before), before, after)
