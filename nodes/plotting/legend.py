"""What the series of a plot are called: in lines above it, each beside a sign of its colour."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from nodes.contracts.marks import Bars, Mark, Points, Polylines
from nodes.plotting.canvas import Box, Canvas
from nodes.plotting.discs import draw_discs
from nodes.plotting.palette import INK, rgb, series_colour
from nodes.plotting.writing import Line

LETTERS, SIGN, GAP, HEIGHT = 12, 18, 18, 19
"""In pixels of the layout: the letters, room for a sign, between two entries, and of a line."""


class Entry(NamedTuple):
    """A series in the legend."""

    mark: Points | Polylines | Bars
    colour: str
    line: Line


def entries(marks: Iterable[Mark], scale: float) -> list[Entry]:
    """The series that have a name, each name once."""
    found: dict[str, Entry] = {}
    for mark, colour in zip(marks := list(marks), colours(marks), strict=True):
        if not isinstance(mark, (Points, Polylines, Bars)) or not mark.name or mark.name in found:
            continue
        found[mark.name] = Entry(mark, colour, Line(mark.name, LETTERS * scale))
    return list(found.values())


def colours(marks: Sequence[Mark]) -> list[str]:
    """The colour of each mark: its own, or the next of the palette; marks of one name have one."""
    found: list[str] = []
    numbers: dict[str, int] = {}
    for place, mark in enumerate(marks):
        name = getattr(mark, "name", "") or str(place)
        number = numbers.setdefault(name, len(numbers)) if not mark.colour else 0
        found.append(series_colour(mark.colour, number))
    return found


def rows(found: Sequence[Entry], width: float, scale: float) -> list[list[Entry]]:
    """The entries in lines of at most this width; a single one may be wider."""
    lines: list[list[Entry]] = []
    used = 0.0
    for entry in found:
        own = (SIGN + GAP) * scale + entry.line.width
        if not lines or used + own - GAP * scale > width:
            lines.append([])
            used = 0.0
        lines[-1].append(entry)
        used += own
    return lines


def draw_legend(canvas: Canvas, lines: Sequence[Sequence[Entry]], left: float, top: float, scale: float) -> None:
    """The lines of entries, from a corner on."""
    for number, line in enumerate(lines):
        x, y = left, top + (number + 0.5) * HEIGHT * scale
        for entry in line:
            _draw_sign(canvas, entry, x, y, scale)
            entry.line.write(canvas, x + SIGN * scale, y, INK)
            x += (SIGN + GAP) * scale + entry.line.width


def _draw_sign(canvas: Canvas, entry: Entry, x: float, y: float, scale: float) -> None:
    match entry.mark:
        case Points():
            radius = min(max(entry.mark.radius, 3.0), 5.0) * scale
            ring = RIM * scale if entry.mark.ring else 0.0
            draw_discs(canvas, np.array([x + 6 * scale]), np.array([y]), radius, rgb(entry.colour)[None], 1.0, ring)
        case Polylines():
            half = max(1.0, entry.mark.width / 2) * scale
            canvas.rectangle(Box(x, y - half, x + 13 * scale, y + half), entry.colour)
        case Bars():
            canvas.rectangle(Box(x + scale, y - 5 * scale, x + 11 * scale, y + 5 * scale), entry.colour)


RIM = 1.6
"""How wide the rim of a ring is, in pixels of the layout."""
