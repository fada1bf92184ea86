"""Trajectories by hand."""

from __future__ import annotations

import torch
from torch import Tensor

from nodes.contracts.rows import Rows
from nodes.contracts.space import Space
from nodes.contracts.trajectory import Trajectory

LEVELS = [torch.inf, 2.0, 0.5, 0.0]


def way(event: tuple[int, ...] = (2,), count: int = 3, seed: int = 0, name: str = "plane") -> Trajectory:
    """Random points at four levels, and three predictions."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(len(LEVELS), count, *event, dtype=torch.float64, generator=generator)
    x0 = torch.randn(len(LEVELS) - 1, count, *event, dtype=torch.float64, generator=generator)
    return Trajectory(levels(count), Rows.first(seed, count), Space(name, event), x, x0)


def levels(count: int) -> Tensor:
    """The levels of so many rows."""
    return torch.tensor(LEVELS, dtype=torch.float64)[:, None].expand(-1, count)
