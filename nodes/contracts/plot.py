"""A plot: the numbers that are shown and what they are called, not the pixels."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Self

from graphs import InputError, data
from graphs.media import Cells, File
from nodes.contracts.labels import axis_labels, short_names, swept_paths
from nodes.contracts.marks import Bars, Mark, Words

SHARPNESS = 2
"""Pixels of a saved picture for each pixel of the layout."""


@data
class PlotAxis:
    """What an axis is called, and from where to where it goes: None for as far as the data. `log`: in decades."""

    label: str = ""
    limits: tuple[float, float] | None = None
    log: bool = False

    def __post_init__(self) -> None:
        low, high = self.limits or (1.0, 2.0)
        if not (math.isfinite(low) and math.isfinite(high) and low < high) or (self.log and low <= 0):
            raise InputError(
                "these are no limits of an axis",
                where="PlotAxis",
                given=f"{low:g} … {high:g}",
                allowed="finite numbers that rise" + (", above 0 for decades" if self.log else ""),
            )


@data(colour="#4f7fa8", gathers=("Plot",))
class Plot:
    """A plot of points, lines, bars and words over two axes; or of panels, which then have the same axes.

    Later marks lie over earlier ones. `equal`: a unit is as long on both axes. `colours` says what the values of marks
    mean and where their scale begins and ends. `note` is a line below, for what a reader must know.
    """

    marks: tuple[Mark, ...] = ()
    title: str = ""
    x: PlotAxis = PlotAxis()
    y: PlotAxis = PlotAxis()
    equal: bool = False
    colours: PlotAxis | None = None
    note: str = ""
    panels: tuple[Plot, ...] = ()
    columns: int = 0

    def __post_init__(self) -> None:
        if self.panels and (self.marks or self.columns < 1 or any(panel.panels for panel in self.panels)):
            raise InputError(
                "these are no panels of a plot",
                where="Plot",
                given=f"{len(self.panels)} panels in {self.columns} columns, beside {len(self.marks)} marks",
                allowed="panels that have marks, in at least one column",
            )

    @classmethod
    def gather(cls, cells: Cells) -> Self:
        """The plots of a sweep as panels with the same axes, each called by the values that it was made with.

        One axis is wrapped into a near-square grid; otherwise the last axis runs along the columns.
        """
        plots = [_cell(value) for value in cells.values]
        names = short_names(swept_paths(cells.axes))
        labels = [""]
        for axis in cells.axes:
            parts = [", ".join(label) for label in axis_labels(axis, names)]
            labels = [f"{before}, {part}" if before else part for before in labels for part in parts]
        columns = len(cells.axes[-1]) if len(cells.axes) > 1 else _near_square(len(plots))
        titles = {plot.title for plot in plots}
        panels = tuple(replace(plot, title=label) for plot, label in zip(plots, labels, strict=True))
        return cls(title=titles.pop() if len(titles) == 1 else "", panels=panels, columns=columns)

    def describe(self) -> str:
        """How much there is of what."""
        if self.panels:
            return f"{len(self.panels)} panels of {self.panels[0].describe()}"
        return ", ".join(_described(mark) for mark in self.marks) or "nothing"

    def preview(self) -> bytes:
        """The plot drawn small, a PNG."""
        from nodes.plotting.drawing import png

        return png(self, 1)

    def files(self) -> tuple[File, ...]:
        """The plot drawn, a PNG, and its numbers, a CSV."""
        from nodes.plotting.drawing import png
        from nodes.plotting.numbers import csv_of

        return File(".png", png(self, SHARPNESS)), File(".csv", csv_of(self).encode(errors="replace"))


def _cell(value: object) -> Plot:
    if not isinstance(value, Plot) or value.panels:
        raise InputError("a cell of the sweep holds no plot", where="Plot", given=type(value).__name__)
    return value


def _near_square(count: int) -> int:
    """The columns of a grid about as wide as high, or of one more where that leaves fewer places empty."""
    least = max(1, math.ceil(math.sqrt(count)))
    return min((least, least + 1), key=lambda columns: (-count % columns, columns))


def _described(mark: Mark) -> str:
    match mark:
        case Bars():
            count, name = len(mark.heights), mark.name
        case Words():
            count, name = len(mark.texts), ""
        case _:
            count, name = len(mark.at), mark.name
    return f"{count} {type(mark).__name__.lower()}" + (f' "{name}"' if name else "")
