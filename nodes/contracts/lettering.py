"""Words as pixels: a label wrapped to a width, and lines written dark on white."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import torch
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont
from torch import Tensor

Font: TypeAlias = ImageFont.FreeTypeFont | ImageFont.ImageFont
INK, PAPER = 32, 255


@dataclass(frozen=True)
class Letters:
    """A font at a size in pixels; its own spaces are too narrow to be seen when small."""

    font: Font
    size: int

    @classmethod
    def of(cls, size: int) -> Letters:
        """Pillow's own letters."""
        return cls(ImageFont.load_default(size=size), size)

    @property
    def space(self) -> int:
        """Pixels between two words."""
        return max(4, round(0.3 * self.size))

    def box(self, word: str) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of a word's ink, from where its base line begins."""
        left, top, right, bottom = self.font.getbbox(word, anchor="ls")
        return round(left), round(top), round(right), round(bottom)

    def width(self, line: str) -> int:
        """How wide a line is, in pixels."""
        boxes = [self.box(word) for word in line.split(" ")]
        return sum(right - left for left, _, right, _ in boxes) + self.space * (len(boxes) - 1)


def wrapped(parts: Sequence[str], width: int, letters: Letters) -> tuple[str, ...]:
    """The parts of a label in lines of at most `width`: one line where it fits, else each part on lines of its own.

    A single letter may be wider.
    """
    whole = ", ".join(parts)
    if letters.width(whole) <= width:
        return (whole,)
    ends = [","] * (len(parts) - 1) + [""]
    return tuple(line for part, end in zip(parts, ends, strict=True) for line in _lines(part + end, width, letters))


def written(lines: Sequence[str], letters: Letters, align: Literal["center", "right"]) -> Tensor:
    """Lines as dark letters on white, uint8 [height, width], as wide as the widest line."""
    boxes = [letters.box(line) for line in ("|", *lines)]
    above, below = max(-top for _, top, _, _ in boxes), max(bottom for _, _, _, bottom in boxes)
    height, width = above + below, max((letters.width(line) for line in lines), default=0)
    page = Pillow.new("L", (width, height * len(lines)), PAPER)
    pen = ImageDraw.Draw(page)
    for number, line in enumerate(lines):
        free = width - letters.width(line)
        place = free // 2 if align == "center" else free
        for word in line.split(" "):
            left = letters.box(word)[0]
            pen.text((place - left, number * height + above), word, fill=INK, font=letters.font, anchor="ls")
            place += letters.width(word) + letters.space
    return torch.from_numpy(np.array(page, dtype=np.uint8))


def _lines(text: str, width: int, letters: Letters) -> Iterator[str]:
    line = ""
    for word in text.split():
        if line and letters.width(f"{line} {word}") <= width:
            line = f"{line} {word}"
            continue
        if line:
            yield line
        *full, line = _broken(word, width, letters)
        yield from full
    yield line


def _broken(word: str, width: int, letters: Letters) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and letters.width(pieces[-1] + letter) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces
