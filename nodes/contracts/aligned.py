"""Named tensors that are aligned with the rows of a batch: the memory of models, the past of solvers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from nodes.contracts.devices import moved, take_rows


def taken(entries: Mapping[str, Tensor], index: Tensor) -> dict[str, Tensor]:
    """The rows at the positions `index` of every entry."""
    return {name: take_rows(entry, index) for name, entry in entries.items()}


def joined(parts: Sequence[Mapping[str, Tensor]], sizes: Sequence[int]) -> dict[str, Tensor]:
    """The rows of all parts, in order; where a part lacks an entry its rows are 0, as before anything was written."""
    names = dict.fromkeys(name for part in parts for name in part)
    return {name: joined_rows([part.get(name) for part in parts], sizes) for name in names}


def joined_rows(parts: Sequence[Tensor | None], sizes: Sequence[int]) -> Tensor:
    """The rows of all parts, [sizes[i], ...] each; 0 for a part that is missing. At least one is there."""
    like = next(part for part in parts if part is not None)
    return torch.cat(
        [
            part if part is not None else like.new_zeros(size, *like.shape[1:])
            for part, size in zip(parts, sizes, strict=True)
        ]
    )


def moved_all(entries: Mapping[str, Tensor], device: torch.device | str) -> dict[str, Tensor]:
    """Every entry on that device."""
    return {name: moved(entry, device) for name, entry in entries.items()}
