"""A table as a curve: each line of numbers is a point, and lines without numbers are counted."""

from __future__ import annotations

import pytest
import torch

from graphs import InputError
from nodes.contracts.marks import Points, Polylines
from nodes.contracts.table import Table
from nodes.diagnosis.curve import curve

TABLE = Table(
    (
        ("candidates", (4, 1, 2, 8)),
        ("kind", ("a", "a", "b", "b")),
        ("value", (3.0, 1.0, 2.0, None)),
    )
)


def test_points_are_joined_from_left_to_right() -> None:
    plot = curve(TABLE)
    line = next(mark for mark in plot.marks if isinstance(mark, Polylines))
    assert line.at[0].tolist() == [[1, 1], [2, 2], [4, 3]]
    assert (plot.x.label, plot.y.label) == ("candidates", "value")
    assert "1 of 4" in plot.note


def test_each_kind_has_a_line_of_its_own_colour() -> None:
    lines = [mark for mark in curve(TABLE, by="kind").marks if isinstance(mark, Polylines)]
    assert [line.name for line in lines] == ["a", "b"]
    assert lines[0].colour != lines[1].colour


def test_points_lie_on_their_lines() -> None:
    marks = curve(TABLE, by="kind").marks
    assert isinstance(marks[0], Polylines)
    assert isinstance(marks[1], Points)
    assert torch.equal(marks[0].at[0], marks[1].at)


def test_columns_that_are_not_there_and_numbers_without_decades_are_refused() -> None:
    with pytest.raises(InputError, match="no such column"):
        curve(TABLE, x="candidate")
    with pytest.raises(InputError, match="decades"):
        curve(Table((("x", (0.0, 1.0)), ("value", (1.0, 2.0)))), log_x=True)
