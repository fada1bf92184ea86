"""Points of a plane, coloured by numbers of a table."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from graphs import InputError, node
from nodes.contracts.marks import Points, finite
from nodes.contracts.plot import Plot, PlotAxis
from nodes.contracts.sample import Sample
from nodes.contracts.table import Table
from nodes.decoder.points import MOST, axes, pair
from nodes.decoder.scatter import drawn_as


@node
def coloured(
    sample: Sample, table: Table, *, column: str = "", coordinates: tuple[int, ...] = (0, 1), title: str = ""
) -> Plot:
    """Points as a scatter plot with equal axes, each coloured by its row's number in a column of the table.

    Of x [B, *event] the two `coordinates` are shown; row r has the colour of the table's r-th number, as of
    diagnosis.likelihood; without a `column` the table's last. At most the first 50,000 rows; what has no number, or is
    not finite, is left out, and a note says how many. Cost: none.
    Errors: a table without that column, with texts in it, or longer than the batch; tokens; coordinates that the event
    does not have.
    """
    values = numbers_of(table, column, len(sample.rows))
    at = pair(sample.x, sample.space, coordinates)[:MOST]
    there = finite(at).all(-1) & finite(values[: len(at)])
    missing = len(sample.rows) - int(there.sum())
    note = f"{missing:,} of {len(sample.rows):,} points are not shown." if missing else ""
    marks = (Points(at[there], "", "", values[: len(at)][there], *drawn_as(int(there.sum()))),)
    x, y = axes(coordinates)
    return Plot(marks, title, x, y, equal=True, colours=PlotAxis(column or table.columns[-1][0]), note=note)


def numbers_of(table: Table, column: str, count: int) -> Tensor:
    """The numbers of a column, [count] float64; NaN where there is none."""
    name = column or table.columns[-1][0]
    entries = dict(table.columns).get(name, ())
    if not 0 < len(entries) <= count or any(isinstance(entry, str) for entry in entries):
        raise InputError(
            "the table does not give each point a number",
            where="table",
            given=f'{table.describe()}; column "{name}" of {len(entries)} rows for {count} points',
            allowed="a column of numbers, one for each row of the batch",
            mend="set `column` to one of the table's, or wire the table of this batch",
        )
    numbers = [math.nan if entry is None or isinstance(entry, str) else entry for entry in entries]
    return torch.tensor(numbers + [math.nan] * (count - len(entries)), dtype=torch.float64)
