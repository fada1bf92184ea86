"""Pictures of plots, read back: where a colour is, and where the box lies."""

from __future__ import annotations

import io

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image as Pillow

from nodes.contracts.plot import Plot
from nodes.plotting.palette import FRAME

Pixels = NDArray[np.int64]


def read(png: bytes) -> Pixels:
    """The pixels [H, W, 3] of a PNG."""
    with Pillow.open(io.BytesIO(png)) as picture:
        assert picture.mode == "RGB"
        return np.asarray(picture).astype(np.int64)


def near(pixels: Pixels, colour: str, tolerance: int = 12) -> NDArray[np.bool_]:
    """Where a picture has a colour."""
    wanted = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    return np.asarray((np.abs(pixels - wanted) <= tolerance).all(-1))


def box_of(pixels: Pixels) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the frame: the columns and rows that are mostly of its colour."""
    frame = near(pixels, FRAME, 2)
    columns = np.flatnonzero(frame.sum(0) > pixels.shape[0] * 0.6)
    rows = np.flatnonzero(frame.sum(1) > pixels.shape[1] * 0.6)
    return int(columns[0]), int(rows[0]), int(columns[-1]), int(rows[-1])


def place_in(pixels: Pixels, x: float, y: float) -> tuple[int, int]:
    """The pixel (row, column) of a share of the box's width and height, from its left bottom."""
    left, top, right, bottom = box_of(pixels)
    return round(bottom + 0.5 + (top - bottom) * y), round(left + 0.5 + (right - left) * x)


def drawn(plot: Plot) -> Pixels:
    """A plot as it is saved."""
    return read(plot.files()[0].content)


def random_points(count: int, seed: int = 0) -> torch.Tensor:
    """Normal points [N, 2] float64."""
    return torch.randn(count, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
