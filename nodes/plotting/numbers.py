"""The numbers of a plot as a CSV, to be drawn or measured by another program."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import TypeAlias

from torch import Tensor

from nodes.contracts.marks import Bars, Mark, Points, Words
from nodes.contracts.plot import Plot

COLUMNS = ("panel", "mark", "series", "line", "x", "y", "x_end", "value", "text")

Field: TypeAlias = str | float | None


def csv_of(plot: Plot) -> str:
    """A row for each point, vertex, bar and word; every number can be read back exactly. RFC 4180.

    `panel` is the title of a panel of a sweep; `line` numbers the lines of a mark; a bar goes from x to x_end.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for panel in plot.panels or (plot,):
        for mark in panel.marks:
            writer.writerows((panel.title if plot.panels else None, *row) for row in _rows(mark))
    return buffer.getvalue()


def _rows(mark: Mark) -> Iterator[tuple[Field, ...]]:
    match mark:
        case Points():
            values = _numbers(mark.value) if mark.value is not None else [None] * len(mark.at)
            for (x, y), value in zip(_pairs(mark.at), values, strict=True):
                yield "point", mark.name, None, x, y, None, value, None
        case Bars():
            edges, heights = _numbers(mark.edges), _numbers(mark.heights)
            for left, right, height in zip(edges[:-1], edges[1:], heights, strict=True):
                yield "bar", mark.name, None, left, height, right, None, None
        case Words():
            for (x, y), text in zip(_pairs(mark.at), mark.texts, strict=True):
                yield "word", None, None, x, y, None, None, text
        case _:
            for number, line in enumerate(mark.at):
                values = _numbers(mark.value[number]) if mark.value is not None else [None] * len(line)
                for (x, y), value in zip(_pairs(line), values, strict=True):
                    yield "line", mark.name, number, x, y, None, value, None


def _numbers(values: Tensor) -> list[Field]:
    numbers: list[Field] = values.detach().cpu().double().tolist()
    return numbers


def _pairs(at: Tensor) -> list[tuple[float, float]]:
    return [(x, y) for x, y in at.detach().cpu().double().tolist()]
