"""The marks of a plot, drawn within its box."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nodes.contracts.marks import Bars, Mark, Points, Polylines, Words
from nodes.plotting.canvas import Box, Canvas
from nodes.plotting.discs import draw_discs
from nodes.plotting.legend import RIM, colours
from nodes.plotting.limits import Range
from nodes.plotting.palette import Colours, ramp, rgb
from nodes.plotting.strokes import draw_lines
from nodes.plotting.writing import Line

LETTERS = 12


class View(NamedTuple):
    """How numbers become places in a box of this size, in pixels from its top left corner."""

    x: Range
    y: Range
    colours: Range | None
    width: float
    height: float
    scale: float

    def places(self, at: Tensor) -> NDArray[np.float64]:
        """Places [..., 2] of pairs of numbers [..., 2]."""
        at = at.detach().cpu()
        across, down = self.x.place(at[..., 0]) * self.width, (1 - self.y.place(at[..., 1])) * self.height
        return np.asarray(torch.stack([across, down], -1).numpy(), dtype=np.float64)

    def shades(self, value: Tensor | None, colour: str, shape: tuple[int, ...]) -> Colours:
        """The colours [*shape, 3] of a mark: those of its values, or one for all."""
        if value is None or self.colours is None:
            return np.broadcast_to(rgb(colour), (*shape, 3))
        return ramp(np.nan_to_num(self.colours.place(value.detach().cpu()).numpy()))


def paint_marks(canvas: Canvas, marks: Sequence[Mark], view: View) -> None:
    """All marks, the later over the earlier; a canvas of the box only, so that nothing is drawn beyond."""
    for mark, colour in zip(marks, colours(marks), strict=True):
        match mark:
            case Points():
                _paint_points(canvas, mark, colour, view)
            case Polylines():
                at = view.places(mark.at)
                shades = view.shades(mark.value, colour, at.shape[:-1])
                draw_lines(canvas, at, mark.width * view.scale, shades, mark.opacity)
            case Bars():
                _paint_bars(canvas, mark, colour, view)
            case Words():
                for (x, y), text in zip(view.places(mark.at).tolist(), mark.texts, strict=True):
                    Line(text, LETTERS * view.scale).write(canvas, x + 7 * view.scale, y, colour)


def _paint_points(canvas: Canvas, mark: Points, colour: str, view: View) -> None:
    at = view.places(mark.at)
    shades = view.shades(mark.value, colour, at.shape[:-1])
    there = ((at >= 0) & (at <= (view.width, view.height))).all(-1)
    ring = RIM * view.scale if mark.ring else 0.0
    x, y = at[there].T
    draw_discs(canvas, x, y, mark.radius * view.scale, shades[there], mark.opacity, ring)


def _paint_bars(canvas: Canvas, mark: Bars, colour: str, view: View) -> None:
    corners = torch.stack([mark.edges, torch.cat([mark.heights, mark.heights[-1:]])], -1)
    places = view.places(corners)
    base = float(view.height * (1 - view.y.place(torch.zeros(1)).nan_to_num(0.0)[0]))
    for (left, end), (right, _) in zip(places[:-1].tolist(), places[1:].tolist(), strict=True):
        if np.isfinite([left, right, end]).all():
            canvas.rectangle(Box(left, min(end, base), right, max(end, base)), colour, mark.opacity)
