"""What is sampled: a batch of points at their noise levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Self

import torch
from torch import Tensor

from graphs import InputError, data
from nodes.contracts.aligned import moved_all, taken
from nodes.contracts.devices import moved, take_rows
from nodes.contracts.rows import Rows
from nodes.contracts.space import Space


@data(colour="#4c8dd6")
class Sample:
    """A batch of points at a noise level, from pure noise (s = inf) to data (s = 0).

    `x` [B, *event] in the scaled coordinate (x0 + s·ε)/√(1 + s²); `s` [B] or [B, *map] float64; `rows` says which row
    is which; `aux` holds what a solver needs besides to go back, [B, ...] each, by its name ("edict/y").
    Only `x` and `aux` may lie on a GPU; `s` and `rows`, which decide what is done, stay on the CPU.
    """

    x: Tensor
    s: Tensor
    space: Space
    rows: Rows
    aux: Mapping[str, Tensor] = field(default_factory=dict)

    def to(self, device: str) -> Self:
        """The same sample with its points on that device; itself where they are there already."""
        x = moved(self.x, device)
        return self if x is self.x else replace(self, x=x, aux=moved_all(self.aux, device))

    def take(self, index: Tensor, rows: Rows | None = None) -> Sample:
        """The rows at these positions; `rows` gives them another lineage."""
        kept = self.rows.take(index) if rows is None else rows
        return Sample(take_rows(self.x, index), self.s[index], self.space, kept, taken(self.aux, index))

    def require_clean(self, where: str, else_use: str = "") -> None:
        """`InputError` at that input unless these are points of real numbers at s = 0."""
        if self.space.vocabulary or bool((self.s != 0).any()):
            raise InputError(
                "these are no clean points",
                where=where,
                given=self.describe() + (" (tokens)" if self.space.vocabulary else ""),
                allowed="points of real numbers at s = 0",
                mend="wire a finished sample" + (f"; {else_use}" if else_use else ""),
            )

    def describe(self) -> str:
        """Count, space and level."""
        level = f"{float(self.s.min()):.4g}" if len(self.s) else "none"
        return f"{len(self.rows)} × {self.space.describe()} at s = {level}"


def coloured(sample: Sample) -> Tensor:
    """Latents as colours [B, 3, H, W] in [−1, 1], by the colours of their space: a pixel for each cell."""
    rows = torch.tensor(sample.space.colours, dtype=sample.x.dtype, device=sample.x.device)
    colours = torch.einsum("bchw,cd->bdhw", sample.x, rows[:-1]) + rows[-1][:, None, None]
    return colours.clamp(-1, 1)
