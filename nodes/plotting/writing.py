"""Words in a plot: soft, in any colour, upright or turned."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from nodes.contracts.labels import legible
from nodes.contracts.lettering import Font
from nodes.plotting.canvas import Canvas, Floats
from nodes.plotting.palette import rgb
from nodes.plotting.ticks import MINUS

FINENESS = 3
KNOWN = frozenset("·…°±" + MINUS)
"""Letters beyond ASCII that can be written; the minus is drawn, as the font has none."""


class Line:
    """A line of text at a size in pixels, as how much of each pixel it covers."""

    def __init__(self, text: str, size: float) -> None:
        self.text = "".join(letter if letter in KNOWN else legible(letter) for letter in text)
        self.size = size

    @cached_property
    def _font(self) -> Font:
        return ImageFont.load_default(size=round(self.size * FINENESS))

    @cached_property
    def width(self) -> float:
        """Pixels from its beginning to its end."""
        return sum(self._advance(part) for part in self._parts()) / FINENESS

    @cached_property
    def coverage(self) -> Floats:
        """[height, width]: the height is 1.5 sizes, with the base line at 1.1."""
        unit = round(self.size * FINENESS)
        size = (round(self.width) + 2) * FINENESS, round(1.5 * self.size) * FINENESS
        page = Pillow.new("L", size)
        pen = ImageDraw.Draw(page)
        place, base = float(FINENESS), round(1.1 * self.size) * FINENESS
        for part in self._parts():
            if part == MINUS:
                pen.rectangle((place + 0.08 * unit, base - 0.38 * unit, place + 0.52 * unit, base - 0.31 * unit), 255)
            else:
                pen.text((place, base), part, fill=255, font=self._font, anchor="ls")
            place += self._advance(part)
        return np.asarray(page.reduce(FINENESS), dtype=np.float32) / np.float32(255)

    def write(
        self,
        canvas: Canvas,
        x: float,
        y: float,
        colour: str,
        *,
        align: Literal["left", "center", "right"] = "left",
        turned: bool = False,
    ) -> None:
        """Write it with the middle of its small letters at height y, and its beginning, middle or end at x.

        Turned, it runs upwards, with its middle at (x, y).
        """
        coverage, middle = self.coverage, round(1.1 * self.size) - 0.36 * self.size
        if turned:
            left, top = x - middle, y - self.width / 2
            canvas.cover(np.rot90(coverage), rgb(colour), round(left), round(top))
            return
        left = x - self.width * {"left": 0.0, "center": 0.5, "right": 1.0}[align] - 1
        canvas.cover(coverage, rgb(colour), round(left), round(y - middle))

    def _parts(self) -> list[str]:
        """Runs of letters, and each minus."""
        return [part for part in self.text.replace(MINUS, f"\0{MINUS}\0").split("\0") if part]

    def _advance(self, part: str) -> float:
        return 0.6 * round(self.size * FINENESS) if part == MINUS else float(self._font.getlength(part))
