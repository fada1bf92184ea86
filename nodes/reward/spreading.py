"""The rows of a batch by the row that they descend from, for rewards that compare them."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from nodes.contracts.devices import moved, take_rows
from nodes.contracts.rows import Rows


def by_origin(rows: Rows) -> list[Tensor]:
    """The positions of the rows of each origin, in the order in which they stand."""
    _, group, counts = torch.unique(rows.origin, return_inverse=True, return_counts=True)
    return list(torch.split(torch.argsort(group, stable=True), counts.tolist()))


def within_origin(rows: Rows, values: Tensor, rule: Callable[[Tensor], Tensor]) -> Tensor:
    """For each row a number [B], by a rule from the values [K, ...] of the rows of its origin to numbers [K]."""
    groups = by_origin(rows)
    found = torch.cat([rule(take_rows(values, index)) for index in groups])
    return take_rows(found, torch.argsort(torch.cat(groups)))


def on_device(numbers: Tensor, like: Tensor) -> Tensor:
    """Numbers where `like` lies, in its type."""
    return moved(numbers.to(like.dtype), like.device)
