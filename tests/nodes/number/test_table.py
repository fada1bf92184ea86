"""Numbers in a table."""

from __future__ import annotations

import pytest

from graphs import InputError
from nodes.contracts.media import Number
from nodes.number.table import table


def test_each_number_has_a_line_with_its_name() -> None:
    found = table((Number(2.0), Number(0.5)), names="first\nsecond")
    assert found.columns == (("name", ("first", "second")), ("value", (2.0, 0.5)))


def test_without_a_name_it_is_called_by_its_number() -> None:
    assert table((Number(2.0), Number(0.5)), names="first").columns[0] == ("name", ("first", "2"))


def test_more_names_than_numbers_are_refused() -> None:
    with pytest.raises(InputError, match="more names"):
        table((Number(2.0),), names="a\nb")
