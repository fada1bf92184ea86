"""A picture to draw on: colours laid over each other by how much of a pixel they cover."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nodes.plotting.palette import PAPER, Colours, rgb

Floats = NDArray[np.float32]


class Box(NamedTuple):
    """A rectangle of pixels, edges as fractions: left and top within, right and bottom beyond."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top


class Canvas:
    """Pixels [height, width, 3], 0 … 255."""

    def __init__(self, pixels: Floats) -> None:
        self.pixels = pixels

    @staticmethod
    def white(width: int, height: int) -> Canvas:
        """An empty one."""
        return Canvas(np.tile(rgb(PAPER), (height, width, 1)))

    def part(self, box: Box) -> Canvas:
        """The canvas within a box of whole pixels: what is drawn there is drawn here, and nothing beyond."""
        rows, columns = slice(round(box.top), round(box.bottom)), slice(round(box.left), round(box.right))
        return Canvas(self.pixels[rows, columns])

    def cover(self, coverage: Floats, colour: Colours, left: int = 0, top: int = 0) -> None:
        """Lay a colour, [3] or [h, w, 3], over the pixels by their coverage [h, w], 0 … 1, from a corner on."""
        height, width = self.pixels.shape[:2]
        rows, columns = slice(max(0, -top), height - top), slice(max(0, -left), width - left)
        part = coverage[rows, columns, None]
        if not part.size:
            return
        paint = colour if colour.ndim == 1 else colour[rows, columns]
        top, left = max(0, top), max(0, left)
        under = self.pixels[top : top + part.shape[0], left : left + part.shape[1]]
        under += part * (paint - under)

    def rectangle(self, box: Box, colour: str, opacity: float = 1.0) -> None:
        """A filled rectangle; a pixel that it covers in part is coloured in part."""
        height, width = self.pixels.shape[:2]
        across, down = _overlap(box.left, box.right, width), _overlap(box.top, box.bottom, height)
        left, right, top, bottom = *_extent(across), *_extent(down)
        coverage = np.outer(down[top:bottom], across[left:right]).astype(np.float32) * np.float32(opacity)
        self.cover(coverage, rgb(colour), left, top)

    def finished(self) -> Tensor:
        """The picture, uint8 [height, width, 3]."""
        return torch.from_numpy(np.rint(self.pixels.clip(0, 255)).astype(np.uint8))


def _overlap(low: float, high: float, count: int) -> NDArray[np.float64]:
    """How much of each of so many pixels lies between low and high."""
    pixels = np.arange(count)
    return (np.minimum(high, pixels + 1) - np.maximum(low, pixels)).clip(0, 1)


def _extent(overlap: NDArray[np.float64]) -> tuple[int, int]:
    covered = np.flatnonzero(overlap)
    return (int(covered[0]), int(covered[-1]) + 1) if len(covered) else (0, 0)
