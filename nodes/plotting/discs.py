"""Many points at once: discs and rings with soft edges, at a cost that grows with their number and nothing else."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from nodes.plotting.canvas import Canvas, Floats
from nodes.plotting.palette import Colours

Numbers = NDArray[np.float64]
AT_ONCE = 8192
"""Points that are spread over pixels together, so that memory is bounded."""
SOLID = 0.999999
"""The opacity from which on nothing shines through."""


def draw_discs(
    canvas: Canvas, x: Numbers, y: Numbers, radius: float, colours: Colours, opacity: float, ring: float = 0.0
) -> int:
    """Points of that radius at (x, y) [N], in colours [N, 3]; with `ring` > 0 only a rim of that width is drawn.

    Of n points of opacity o over each other 1 − (1 − o)^n is seen, in the mean of their colours: their order does not
    count. Returns how many pixels were touched, (2⌈radius⌉ + 3)² for each point.
    """
    height, width = canvas.pixels.shape[:2]
    clear, weight, mixed = np.zeros(height * width), np.zeros(height * width), np.zeros((3, height * width))
    reach = math.ceil(radius) + 1
    across, down = np.meshgrid(np.arange(-reach, reach + 1), np.arange(-reach, reach + 1))
    touched = 0
    for begin in range(0, len(x), AT_ONCE):
        part = slice(begin, begin + AT_ONCE)
        column, row = np.floor(x[part]).astype(np.int64), np.floor(y[part]).astype(np.int64)
        columns, rows = column[:, None] + across.reshape(-1), row[:, None] + down.reshape(-1)
        distance = np.hypot(columns + 0.5 - x[part, None], rows + 0.5 - y[part, None])
        cover = opacity * _soft(distance, radius, ring)
        inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
        place, cover_inside = (rows * width + columns)[inside], cover[inside]
        clear += np.bincount(place, np.log1p(-np.minimum(cover_inside, SOLID)), len(clear))
        weight += np.bincount(place, cover_inside, len(weight))
        for channel in range(3):
            paint = np.broadcast_to(colours[part, channel, None], columns.shape)[inside]
            mixed[channel] += np.bincount(place, cover_inside * paint, len(weight))
        touched += columns.size
    coverage: Floats = -np.expm1(clear).reshape(height, width).astype(np.float32)
    mean = (mixed / np.where(weight > 0, weight, 1)).T.reshape(height, width, 3).astype(np.float32)
    canvas.cover(coverage, mean)
    return touched


def _soft(distance: Numbers, radius: float, ring: float) -> Numbers:
    """How much of a pixel at this distance lies in the disc, or in its rim."""
    disc = (radius + 0.5 - distance).clip(0, 1)
    return disc - (radius - ring + 0.5 - distance).clip(0, 1) if ring else disc
