"""Numbers and texts in named columns: what the numbers of a sweep are gathered into."""

from __future__ import annotations

import csv
import io
import json
from itertools import product
from typing import Self, TypeAlias

from pydantic import JsonValue

from graphs import InputError, data
from graphs.media import Cells, File
from nodes.contracts.labels import short_names, swept_paths
from nodes.contracts.media import Number, Text

Entry: TypeAlias = float | str | None
VALUE = "value"
"""The column of what a sweep gave."""


@data(colour="#5c9e8f", gathers=("Number", "Text"))
class Table:
    """A table: named columns, each with as many numbers, texts or empty places (None) as the others."""

    columns: tuple[tuple[str, tuple[Entry, ...]], ...]

    def __post_init__(self) -> None:
        names, lengths = [name for name, _ in self.columns], {len(entries) for _, entries in self.columns}
        if len(set(names)) < len(names) or len(lengths) != 1:
            raise InputError(
                "these are no columns of a table",
                where="Table",
                given=", ".join(f"{name}: {len(entries)}" for name, entries in self.columns) or "no columns",
                allowed="at least one column, names that differ, equal lengths",
            )

    @classmethod
    def gather(cls, cells: Cells) -> Self:
        """A row for each cell of a sweep: the swept values, each under its parameter's name, then "value"."""
        names = short_names(swept_paths(cells.axes), taken=(VALUE,))
        steps = list(product(*(range(len(axis)) for axis in cells.axes)))
        swept = [
            (names[path], tuple(_entry(values[step[number]]) for step in steps))
            for number, axis in enumerate(cells.axes)
            for path, values in axis.parameters
        ]
        return cls((*swept, (VALUE, tuple(_content(value) for value in cells.values))))

    def describe(self) -> str:
        """Rows, and the columns' names."""
        return f"{len(self.rows())} rows of {', '.join(name for name, _ in self.columns)}"

    def rows(self) -> tuple[tuple[Entry, ...], ...]:
        """The rows, without the names."""
        return tuple(zip(*(entries for _, entries in self.columns), strict=True))

    def files(self) -> tuple[File, ...]:
        """A CSV file (RFC 4180, UTF-8) with the names in the first row; every float can be read back exactly."""
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer)
        writer.writerow(name for name, _ in self.columns)
        writer.writerows(self.rows())
        return (File(".csv", buffer.getvalue().encode(errors="replace")),)


def _entry(value: JsonValue) -> Entry:
    """A parameter's value in a table: numbers and texts as they are, all else as in a graph."""
    if isinstance(value, (bool, list, dict)):
        return json.dumps(value, ensure_ascii=False)
    return value


def _content(value: object) -> Entry:
    if isinstance(value, Number):
        return value.value
    if isinstance(value, Text):
        return value.text
    raise InputError("a cell of the sweep holds no number or text", where="Table", given=type(value).__name__)
