"""Pictures on their way from noise to data."""

from __future__ import annotations

from typing import Annotated, Literal

import torch

from graphs import Number, node
from nodes.contracts.devices import take_rows
from nodes.contracts.media import Image, sheet
from nodes.contracts.sample import Sample
from nodes.contracts.trajectory import Trajectory
from nodes.decoder.pixels import pixels
from nodes.decoder.trajectory import shown_points


@node
def filmstrip(
    trajectory: Trajectory,
    *,
    show: Literal["x0", "x"] = "x0",
    columns: Annotated[int, Number(integer=True, minimum=2, maximum=1000)] = 10,
    rows: Annotated[int, Number(integer=True, minimum=1, maximum=1000)] = 8,
) -> Image:
    """Pictures on their way: a row for each of the first `rows` samples, with the first step at the left.

    `show`: x0, what was predicted at each step, with the picture that was reached at the end; or x, the noised picture
    itself (x0 + s·ε)/√(1 + s²). Where there are more than `columns` steps, so many are taken at equal distances, the
    first and the last among them. [N + 1, B, C, H, W] becomes one uint8 picture; −1 is black, 1 is white.
    Cost: none. Errors: what is to be shown was not recorded; an event that is no picture.
    """
    points, _ = shown_points(trajectory, show)
    points = points[:, :rows]
    steps = torch.linspace(0, len(points) - 1, min(columns, len(points)), dtype=torch.float64).round().long()
    chosen = take_rows(points, steps).transpose(0, 1).flatten(0, 1)
    lineage = trajectory.rows.take(torch.arange(points.shape[1]).repeat_interleave(len(steps)))
    clean = torch.zeros(len(chosen), dtype=torch.float64)
    strip = pixels(Sample(chosen, clean, trajectory.space, lineage)).pixels
    return Image(sheet(strip, len(steps))[None])
