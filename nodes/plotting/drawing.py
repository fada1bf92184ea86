"""A plot as a picture: frame, grid, marks, numbers and words."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image as Pillow
from torch import Tensor

from nodes.contracts.plot import Plot
from nodes.plotting.canvas import Box, Canvas
from nodes.plotting.layout import LABEL, NOTE, NUMBER, SQUARE, TICK, TITLE, WIDE, Layout, Scales, laid_out, scales
from nodes.plotting.legend import draw_legend
from nodes.plotting.limits import Range, colour_range, ranges
from nodes.plotting.painting import View, paint_marks
from nodes.plotting.palette import FRAME, GRID, INK, QUIET, ramp
from nodes.plotting.ticks import Tick
from nodes.plotting.writing import Line


def png(plot: Plot, scale: float) -> bytes:
    """A PNG of the plot."""
    buffer = io.BytesIO()
    Pillow.fromarray(drawn(plot, scale).numpy()).save(buffer, "png")
    return buffer.getvalue()


def drawn(plot: Plot, scale: float) -> Tensor:
    """The plot as pixels, uint8 [height, width, 3]; `scale` of them for each of the layout's."""
    if plot.panels:
        from nodes.plotting.panels import drawn_panels

        return drawn_panels(plot, scale)
    size = SQUARE if plot.equal else WIDE
    found = scales(plot, *ranges([plot]), colour_range([plot]), size)
    return draw_one(plot, found, laid_out(plot, found, size, scale, legend=True), scale, TITLE).finished()


def draw_one(plot: Plot, found: Scales, layout: Layout, scale: float, letters: float) -> Canvas:
    """A plot with one box."""
    canvas = Canvas.white(layout.width, layout.height)
    _draw_grid(canvas, found, layout, scale)
    view = View(found.x, found.y, found.colours, layout.box.width, layout.box.height, scale)
    paint_marks(canvas.part(layout.box), plot.marks, view)
    _draw_frame(canvas, layout.box, scale)
    _draw_numbers(canvas, found, layout, scale)
    _draw_words(canvas, plot, layout, scale, letters)
    if layout.bar is not None and found.colours is not None:
        _draw_bar(canvas, found.colours, found.colour_ticks, layout.bar, scale)
        label, middle = Line(plot.colours.label if plot.colours else "", LABEL * scale), layout.bar.height / 2
        label.write(canvas, layout.bar_label, layout.bar.top + middle, INK, turned=True)
    return canvas


def _draw_grid(canvas: Canvas, found: Scales, layout: Layout, scale: float) -> None:
    box, half = layout.box, scale / 2
    for x in _across(found, layout.box):
        canvas.rectangle(Box(x - half, box.top, x + half, box.bottom), GRID)
    for y in _down(found, layout.box):
        canvas.rectangle(Box(box.left, y - half, box.right, y + half), GRID)


def _across(found: Scales, box: Box) -> list[float]:
    """Where the numbers of the x axis stand, in pixels of the picture."""
    return [box.left + place * box.width for place in _places(found.x, found.x_ticks)]


def _down(found: Scales, box: Box) -> list[float]:
    """Where the numbers of the y axis stand."""
    return [box.bottom - place * box.height for place in _places(found.y, found.y_ticks)]


def _places(axis: Range, ticks: Sequence[Tick]) -> list[float]:
    places: list[float] = axis.place(torch.tensor([tick.value for tick in ticks], dtype=torch.float64)).tolist()
    return places


def _draw_frame(canvas: Canvas, box: Box, scale: float) -> None:
    half = scale / 2
    for y in (box.top, box.bottom):
        canvas.rectangle(Box(box.left - half, y - half, box.right + half, y + half), FRAME)
    for x in (box.left, box.right):
        canvas.rectangle(Box(x - half, box.top - half, x + half, box.bottom + half), FRAME)


def _draw_numbers(canvas: Canvas, found: Scales, layout: Layout, scale: float) -> None:
    box, half = layout.box, scale / 2
    for x, tick in zip(_across(found, layout.box), found.x_ticks, strict=True):
        canvas.rectangle(Box(x - half, box.bottom, x + half, box.bottom + 4 * scale), FRAME)
        line = Line(tick.label, NUMBER * scale)
        line.write(canvas, x, box.bottom + (TICK + 8) * scale, QUIET, align="center")
    for y, tick in zip(_down(found, layout.box), found.y_ticks, strict=True):
        canvas.rectangle(Box(box.left - 4 * scale, y - half, box.left, y + half), FRAME)
        Line(tick.label, NUMBER * scale).write(canvas, box.left - (TICK + 1) * scale, y, QUIET, align="right")


def _draw_words(canvas: Canvas, plot: Plot, layout: Layout, scale: float, letters: float) -> None:
    box = layout.box
    Line(plot.title, letters * scale).write(canvas, *layout.title, INK)
    draw_legend(canvas, layout.legend_rows, *layout.legend, scale)
    middle = box.left + box.width / 2
    Line(plot.x.label, LABEL * scale).write(canvas, middle, box.bottom + 34 * scale, INK, align="center")
    Line(plot.y.label, LABEL * scale).write(canvas, layout.y_label, box.top + box.height / 2, INK, turned=True)
    x, y = layout.note
    for number, line in enumerate(layout.note_lines):
        line.write(canvas, x, y + number * 1.5 * NOTE * scale, QUIET)


def _draw_bar(canvas: Canvas, colours: Range, ticks: Sequence[Tick], bar: Box, scale: float) -> None:
    """The scale of colours, its high end on top."""
    high, wide = round(bar.height), round(bar.width)
    shades = np.repeat(ramp((np.arange(high, 0, -1) - 0.5) / high)[:, None], wide, 1)
    canvas.cover(np.ones((high, wide), dtype=np.float32), shades, round(bar.left), round(bar.top))
    for place, tick in zip(_places(colours, ticks), ticks, strict=True):
        y = bar.bottom - place * bar.height
        canvas.rectangle(Box(bar.right, y - scale / 2, bar.right + 4 * scale, y + scale / 2), FRAME)
        Line(tick.label, NUMBER * scale).write(canvas, bar.right + (TICK + 1) * scale, y, QUIET)
