"""Where the parts of a plot lie: as much room as its words need around a box of a given size."""

from __future__ import annotations

from dataclasses import dataclass

from nodes.contracts.plot import Plot
from nodes.plotting.canvas import Box
from nodes.plotting.legend import HEIGHT, Entry, entries, rows
from nodes.plotting.limits import Range, equalled
from nodes.plotting.ticks import Tick, log_ticks, nice_ticks
from nodes.plotting.writing import Line

TITLE, LABEL, NUMBER, NOTE = 16, 13, 12, 12
"""Letters, in pixels of the layout."""
EDGE, TITLE_ROOM, LABEL_ROOM, TICK, BAR = 14, 28, 22, 6, 12
WIDE, SQUARE = (520, 330), (420, 420)
"""The box of a plot by itself, and of one with equal axes."""
SMALL = 0.56
"""The size of a panel's box, as a share of the whole."""
NARROW_TICKS = 6


@dataclass(frozen=True)
class Scales:
    """The axes of a plot, with their numbers, and what its values mean."""

    x: Range
    y: Range
    colours: Range | None
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    colour_ticks: list[Tick]


@dataclass(frozen=True)
class Layout:
    """A plot's parts in pixels of the picture, which is [height, width]."""

    width: int
    height: int
    box: Box
    bar: Box | None
    title: tuple[float, float]
    legend: tuple[float, float]
    legend_rows: list[list[Entry]]
    note: tuple[float, float]
    note_lines: list[Line]
    y_label: float
    bar_label: float


def scales(plot: Plot, x: Range, y: Range, colours: Range | None, size: tuple[float, float]) -> Scales:
    """The axes for a box of this size."""
    if plot.equal and not (x.log or y.log):
        x, y = equalled(x, y, *size)
    most = 8 if size[0] >= SQUARE[0] else NARROW_TICKS
    return Scales(x, y, colours, ticks(x, most), ticks(y, most), ticks(colours, NARROW_TICKS) if colours else [])


def ticks(axis: Range, most: int) -> list[Tick]:
    """The numbers on an axis."""
    return (log_ticks if axis.log else nice_ticks)(axis.low, axis.high, most)


def laid_out(plot: Plot, found: Scales, size: tuple[float, float], scale: float, *, legend: bool) -> Layout:
    """The parts around a box of this size, in pixels of the layout; each is `scale` pixels of the picture."""
    u, (wide, high) = scale, (round(size[0] * scale), round(size[1] * scale))
    numbers = max((Line(tick.label, NUMBER * u).width for tick in found.y_ticks), default=0.0)
    left = round(EDGE * u + (LABEL_ROOM * u if plot.y.label else 0) + numbers + TICK * u)
    lines = rows(entries(plot.marks, u), wide, u) if legend else []
    title_bottom = EDGE * u + (TITLE_ROOM * u if plot.title else 0)
    top = round(title_bottom + len(lines) * HEIGHT * u + (6 * u if lines else 0))
    right, bottom = left + wide, top + high
    below = bottom + (TICK + LABEL_ROOM - 4) * u + (LABEL_ROOM * u if plot.x.label else 0)
    note_lines = _flowed(plot.note, wide, NOTE * u)
    height = below + len(note_lines) * 1.5 * NOTE * u + (10 if note_lines else 6) * u
    bar, bar_label, width = None, 0.0, right + (EDGE + 6) * u
    if found.colours is not None:
        inset = 0.0 if high < SQUARE[1] * u else 0.1 * high
        bar = Box(right + 16 * u, top + inset, right + (16 + BAR) * u, bottom - inset)
        used = max(Line(tick.label, NUMBER * u).width for tick in found.colour_ticks)
        bar_label = bar.right + TICK * u + used + 14 * u
        width = bar_label + (LABEL_ROOM if plot.colours and plot.colours.label else 0) * u
    return Layout(
        width=round(width),
        height=round(height),
        box=Box(left, top, right, bottom),
        bar=bar,
        title=(left, EDGE * u + 0.36 * TITLE_ROOM * u),
        legend=(left, title_bottom),
        legend_rows=lines,
        note=(left, below + NOTE * u),
        note_lines=note_lines,
        y_label=(EDGE + 0.35 * LABEL_ROOM) * u,
        bar_label=bar_label,
    )


def _flowed(text: str, width: float, size: float) -> list[Line]:
    """A text in lines of at most this width; a single word may be wider."""
    lines: list[Line] = []
    for word in text.split():
        longer = Line(f"{lines[-1].text} {word}", size) if lines else Line(word, size)
        if lines and longer.width <= width:
            lines[-1] = longer
        else:
            lines.append(Line(word, size))
    return lines
