"""Points coloured by a column of a table."""

from __future__ import annotations

import pytest
import torch

from graphs import InputError
from nodes.contracts.marks import Points
from nodes.contracts.plot import Plot
from nodes.contracts.table import Table
from nodes.decoder.coloured import coloured
from tests.laws.exact import plane

TABLE = Table((("name", ("a", "b", "c", "d")), ("log p", (1.0, None, -2.0, 0.5)), ("bits", (3.0, 2.0, 1.0, 0.0))))


def points(plot: Plot) -> Points:
    """The only mark."""
    (mark,) = plot.marks
    assert isinstance(mark, Points)
    return mark


def test_each_point_has_the_number_of_its_row_and_those_without_are_left_out() -> None:
    plot = coloured(plane(), TABLE, column="log p")
    mark = points(plot)
    assert mark.value is not None
    assert mark.value.tolist() == [1.0, -2.0, 0.5]
    assert torch.equal(mark.at, plane().x[[0, 2, 3]])
    assert plot.note == "1 of 4 points are not shown."
    assert plot.colours is not None
    assert plot.colours.label == "log p"


def test_without_a_column_it_is_the_last() -> None:
    value = points(coloured(plane(), TABLE)).value
    assert value is not None
    assert value.tolist() == [3.0, 2.0, 1.0, 0.0]


@pytest.mark.parametrize("column", ["name", "nothing"])
def test_a_column_that_gives_no_numbers_is_refused(column: str) -> None:
    with pytest.raises(InputError, match="does not give each point a number"):
        coloured(plane(), TABLE, column=column)


def test_a_table_longer_than_the_batch_is_refused() -> None:
    with pytest.raises(InputError, match="does not give each point a number"):
        coloured(plane(3), TABLE)
