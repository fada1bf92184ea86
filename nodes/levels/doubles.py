"""Steps that go nowhere."""

from __future__ import annotations

import torch
from torch import Tensor

from nodes.contracts.levels import any_place


def without_doubles(values: Tensor) -> Tensor:
    """Values [N] or [N, ...] without those that equal the ones before them everywhere."""
    moves = any_place(values[1:] != values[:-1])
    return values[torch.cat([torch.ones(1, dtype=torch.bool), moves])]
