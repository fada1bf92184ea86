"""Several plots side by side on the same axes, under one legend."""

from __future__ import annotations

from dataclasses import replace

from torch import Tensor

from graphs import InputError
from nodes.contracts.plot import Plot
from nodes.plotting.canvas import Canvas
from nodes.plotting.drawing import draw_one
from nodes.plotting.layout import EDGE, SMALL, SQUARE, TITLE, TITLE_ROOM, WIDE, laid_out, scales
from nodes.plotting.legend import HEIGHT, draw_legend, entries, rows
from nodes.plotting.limits import colour_range, ranges
from nodes.plotting.palette import INK
from nodes.plotting.writing import Line

LETTERS = 13
LARGEST_SIDE = 2**15


def drawn_panels(plot: Plot, scale: float) -> Tensor:
    """All panels in rows of `columns`, each under its title; the axes show the data of all of them."""
    size = tuple(side * SMALL for side in (SQUARE if plot.panels[0].equal else WIDE))
    box = (size[0], size[1])
    found = scales(plot.panels[0], *ranges(plot.panels), colour_range(plot.panels), box)
    titled = any(panel.title for panel in plot.panels)
    panels = [replace(panel, title=_cut(panel.title or " " * titled, box[0] * scale, scale)) for panel in plot.panels]
    layouts = [laid_out(panel, found, box, scale, legend=False) for panel in panels]
    wide, high = max(layout.width for layout in layouts), max(layout.height for layout in layouts)
    columns = min(plot.columns, len(panels))
    down = -(-len(panels) // columns)
    lines = rows(entries([mark for panel in panels for mark in panel.marks], scale), columns * wide - 2 * EDGE, scale)
    head = (EDGE + 0.7 * TITLE_ROOM if plot.title else 0) * scale
    top = round(head + (len(lines) * HEIGHT + EDGE / 2 if lines else 0) * scale)
    if max(wide * columns, top + high * down) > LARGEST_SIDE:
        raise InputError(
            "the panels of the sweep make too large a picture",
            given=f"{len(panels)} panels, a picture of {wide * columns}×{top + high * down}",
            allowed=f"a side of {LARGEST_SIDE}",
            mend="sweep fewer values",
        )
    canvas = Canvas.white(wide * columns, top + high * down)
    Line(plot.title, TITLE * scale).write(canvas, layouts[0].box.left, (EDGE + 0.36 * TITLE_ROOM) * scale, INK)
    draw_legend(canvas, lines, layouts[0].box.left, head + EDGE / 2 * scale, scale)
    for number, (panel, layout) in enumerate(zip(panels, layouts, strict=True)):
        row, column = divmod(number, columns)
        part = draw_one(panel, found, layout, scale, LETTERS).pixels
        y, x = top + row * high, column * wide
        canvas.pixels[y : y + part.shape[0], x : x + part.shape[1]] = part
    return canvas.finished()


def _cut(title: str, width: float, scale: float) -> str:
    """A title that fits above its panel."""
    while len(title) > 1 and Line(title, LETTERS * scale).width > width:
        title = f"{title.removesuffix('…')[:-1].rstrip()}…"
    return title
