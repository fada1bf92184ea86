"""Two coordinates of the points of a batch, as a plot takes them."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.devices import moved
from nodes.contracts.marks import finite
from nodes.contracts.plot import PlotAxis
from nodes.contracts.space import Space

MOST = 50_000
"""Points of one batch that a plot shows."""
PAIR = 2


class Shown(NamedTuple):
    """The points that can be shown, [N, 2], and a word on those that are not."""

    at: Tensor
    note: str


def pair(points: Tensor, space: Space, coordinates: tuple[int, ...]) -> Tensor:
    """Two coordinates of points [..., *event], counted through the flattened event: [..., 2] float64 on the CPU."""
    size = math.prod(space.event)
    if space.vocabulary or len(coordinates) != PAIR or not all(0 <= place < size for place in coordinates):
        raise InputError(
            "these are no two coordinates of the points",
            given=f"coordinates {list(coordinates)} of {space.describe()}" + (" (tokens)" if space.vocabulary else ""),
            allowed=f"two numbers from 0 to {size - 1}" if size > 1 and not space.vocabulary else "points of a plane",
            mend="use decoder.text for tokens, decoder.pixels for pictures"
            if space.vocabulary
            else "set `coordinates`",
        )
    flat = points.detach().reshape(*points.shape[: points.ndim - len(space.event)], size)
    chosen = torch.stack([flat[..., place] for place in coordinates], -1)
    return moved(chosen, "cpu").double()


def shown(at: Tensor, what: str) -> Shown:
    """The first 50,000 points, without those that are not finite; the note counts what is left out."""
    first = at[:MOST]
    there = finite(first).all(-1)
    notes = [f"Of {len(at):,} {what} the first {MOST:,} are shown."] if len(at) > MOST else []
    missing = len(first) - int(there.sum())
    if missing:
        notes.append(f"{missing:,} of {len(first):,} {what} are not finite and not shown.")
    return Shown(first[there], " ".join(notes))


def axes(coordinates: tuple[int, ...]) -> tuple[PlotAxis, PlotAxis]:
    """The axes of two coordinates."""
    return PlotAxis(f"coordinate {coordinates[0]}"), PlotAxis(f"coordinate {coordinates[1]}")
