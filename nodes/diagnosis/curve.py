"""The numbers of a table as a curve."""

from __future__ import annotations

import torch

from graphs import InputError, node
from nodes.contracts.marks import Mark, Points, Polylines
from nodes.contracts.plot import Plot, PlotAxis
from nodes.contracts.table import VALUE, Entry, Table
from nodes.plotting.palette import SERIES


@node
def curve(
    table: Table, *, x: str = "", y: str = "", by: str = "", log_x: bool = False, log_y: bool = False, title: str = ""
) -> Plot:
    """One column of a table over another, as a reward over the candidates of a search: lines through points.

    `x` and `y` are columns of numbers, `by` one whose values each get a line; empty are the first, the last that is
    "value" or else the last, and none. Lines without both numbers are left out, and counted in the note. A sweep of
    numbers is such a table: a line a cell. Cost: none. Errors: a column that is not there, or not above 0 in decades.
    """
    names = [name for name, _ in table.columns]
    across = _column(table, x or names[0], "x")
    up = _column(table, y or (VALUE if VALUE in names else names[-1]), "y")
    kinds = _column(table, by, "by") if by else (None,) * len(across)
    there = [
        (float(a), float(b), kind)
        for a, b, kind in zip(across, up, kinds, strict=True)
        if isinstance(a, (int, float)) and isinstance(b, (int, float))
    ]
    _check_decades([a for a, _, _ in there], "log_x", asked=log_x)
    _check_decades([b for _, b, _ in there], "log_y", asked=log_y)
    marks: list[Mark] = []
    for number, kind in enumerate(dict.fromkeys(kind for _, _, kind in there)):
        at = torch.tensor(sorted((a, b) for a, b, mine in there if mine == kind), dtype=torch.float64)
        colour = SERIES[number % len(SERIES)]
        marks += [Polylines(at[None], "" if kind is None else str(kind), colour), Points(at, "", colour)]
    missing = len(across) - len(there)
    note = f"{missing} of {len(across)} lines of the table have no number there." if missing else ""
    labels = (x or names[0], y or (VALUE if VALUE in names else names[-1]))
    return Plot(tuple(marks), title, PlotAxis(labels[0], None, log_x), PlotAxis(labels[1], None, log_y), note=note)


def _column(table: Table, name: str, where: str) -> tuple[Entry, ...]:
    columns = dict(table.columns)
    if name not in columns:
        raise InputError(
            "the table has no such column",
            where=where,
            given=name,
            allowed=", ".join(columns),
            mend="choose one of them",
        )
    return columns[name]


def _check_decades(values: list[float], where: str, *, asked: bool) -> None:
    if asked and any(value <= 0 for value in values):
        given = f"{min(values):g}"
        raise InputError("decades have no place for it", where=where, given=given, allowed="numbers above 0")
