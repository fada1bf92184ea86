"""The way that a sample took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from torch import Tensor

from graphs import data
from nodes.contracts.rows import Rows
from nodes.contracts.space import Space


@data(colour="#6a8f3c")
class Trajectory:
    """The way of a batch over the levels, recorded where it was wanted.

    `s` [N + 1, B] or [N + 1, B, *map] float64; `x` [N + 1, B, *event] the points; `x0` [N, B, *event] what was
    predicted at each but the last; `z` [N, B, *event] the standard normals that the steps drew. `rows` of the batch;
    `aux` for whatever else was recorded, [N or N + 1, B, ...]; under "told/…" [N, B] what models told beside their
    answers, NaN where they told nothing.
    """

    s: Tensor
    rows: Rows
    space: Space
    x: Tensor | None = None
    x0: Tensor | None = None
    z: Tensor | None = None
    aux: Mapping[str, Tensor] = field(default_factory=dict)

    def describe(self) -> str:
        """The number of steps, rows and both ends."""
        ends = f"from s = {float(self.s[0].max()):.4g} to {float(self.s[-1].min()):.4g}"
        return f"{len(self.s) - 1} steps of {len(self.rows)} × {self.space.describe()} {ends}"
