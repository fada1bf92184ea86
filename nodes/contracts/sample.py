"""What is sampled: a batch of points at their noise levels, and the space they lie in."""

from __future__ import annotations

from dataclasses import replace
from typing import Self

from torch import Tensor

from graphs import data
from nodes.contracts.devices import moved
from nodes.contracts.rows import Rows


@data
class Space:
    """What a point is: its name (pixels, latents of a codec, …) and one event's shape, as (channels, height, width)."""

    name: str
    event: tuple[int, ...]


@data(colour="#4c8dd6")
class Sample:
    """A batch of points at a noise level, from pure noise (s = inf) to data (s = 0).

    `x` [B, *event] in the scaled coordinate (x0 + s·ε)/√(1 + s²); `s` [B] float64; `rows` says which row is which.
    Only `x` may lie on a GPU; `s` and `rows`, which decide what is done, stay on the CPU.
    """

    x: Tensor
    s: Tensor
    space: Space
    rows: Rows

    def to(self, device: str) -> Self:
        """The same sample with x on that device; itself where it is there already."""
        x = moved(self.x, device)
        return self if x is self.x else replace(self, x=x)

    def describe(self) -> str:
        """Count, space and level."""
        level = f"{float(self.s.min()):.4g}" if len(self.s) else "none"
        return f"{len(self.rows)} × {'×'.join(map(str, self.space.event))} {self.space.name} at s = {level}"
