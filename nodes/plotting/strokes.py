"""Lines with soft edges: drawn larger and made smaller again."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageDraw

from nodes.plotting.canvas import Canvas, Floats
from nodes.plotting.palette import Colours

FINENESS = 3
"""Pixels drawn for each pixel, in both directions."""
FARTHEST = 20_000
"""Pixels from the corner beyond which a line is not followed."""

Places = NDArray[np.float64]


def draw_lines(canvas: Canvas, at: Places, width: float, colours: Colours, opacity: float) -> int:
    """Lines through places [K, M, 2] in pixels, in colours [K, M, 3], each piece in that of its end.

    The pieces are drawn step by step, so that what comes late in a line lies over what comes early in any other. NaN
    interrupts a line. Returns how many pieces were drawn.
    """
    height, wide = canvas.pixels.shape[:2]
    size = wide * FINENESS, height * FINENESS
    mask, paint = Pillow.new("L", size), Pillow.new("RGB", size)
    pens = ImageDraw.Draw(mask), ImageDraw.Draw(paint)
    thick, count = max(1, round(width * FINENESS)), 0
    for start, end, colour in _pieces(at, colours):
        _draw_piece(pens[0], start, end, thick, 255)
        _draw_piece(pens[1], start, end, thick, colour)
        count += 1
    coverage = _reduced(mask) / np.float32(255)
    seen = np.where(coverage > 0, coverage, 1)[..., None]
    canvas.cover(coverage * np.float32(opacity), (_reduced(paint) / seen).clip(0, 255))
    return count


Place = tuple[float, float]


def _pieces(at: Places, colours: Colours) -> Iterator[tuple[Place, Place, tuple[int, int, int]]]:
    """The pieces between neighbouring places that are both there: the first of every line, then the second, …"""
    places = (at * FINENESS - 0.5).clip(-FARTHEST, FARTHEST)
    there = ~np.isnan(places).any(-1)
    shades = np.rint(colours).astype(int)
    for step in range(1, at.shape[1]):
        for line in np.flatnonzero(there[:, step - 1] & there[:, step]).tolist():
            (x0, y0), (x1, y1) = places[line, step - 1].tolist(), places[line, step].tolist()
            red, green, blue = shades[line, step].tolist()
            yield (x0, y0), (x1, y1), (red, green, blue)


def _draw_piece(
    pen: ImageDraw.ImageDraw, start: Place, end: Place, thick: int, fill: int | tuple[int, int, int]
) -> None:
    """A piece, round at its end, so that the next one joins it at any angle."""
    pen.line((start, end), fill=fill, width=thick)
    if thick > FINENESS:
        pen.ellipse(_around(end, thick / 2), fill=fill)


def _around(place: Place, radius: float) -> tuple[float, float, float, float]:
    x, y = place
    return x - radius + 0.5, y - radius + 0.5, x + radius - 0.5, y + radius - 0.5


def _reduced(picture: Pillow.Image) -> Floats:
    return np.asarray(picture.reduce(FINENESS), dtype=np.float32)
