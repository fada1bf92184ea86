"""`@data` and `@behaviour`."""

from __future__ import annotations

import dataclasses

import pytest

from graphs import behaviour, data
from graphs.declaration.values import value_mark, value_type
from graphs.errors import DeclarationError
from tests.graphs.toys.values import Amount, Crumb, Machine


def test_data_is_a_frozen_dataclass() -> None:
    amount = Amount(1.0)
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(amount, "value", 2.0)  # noqa: B010 - a plain assignment would not pass the type check
    assert [field.name for field in dataclasses.fields(amount)] == ["value"]


def test_a_record_says_what_a_person_sees() -> None:
    record = value_type(Amount)
    assert (record.name, record.meaning, record.colour) == ("Amount", "One number.", "#aa3311")
    assert (record.behaviour, record.feeds) == (False, ("number", "curve", "seed", "file"))
    assert value_type(Machine).behaviour


def test_data_without_a_colour_is_no_port_type_but_data() -> None:
    assert value_type(Crumb).colour == ""


def test_a_mark_is_not_inherited() -> None:
    class Child(Machine):
        """A kind of machine."""

    assert value_mark(Machine) is not None
    assert value_mark(Child) is None
    with pytest.raises(DeclarationError, match=r"Child is not declared with @data or @behaviour"):
        value_type(Child)


@pytest.mark.parametrize("colour", ["red", "#FFF", "#FFFFFF", "#ffffff0", "#ffffff\n"])
def test_a_colour_that_is_none_is_refused_with_the_spelling(colour: str) -> None:
    class Thing:
        """A thing."""

    with pytest.raises(DeclarationError, match=r'(?s)Thing: colour .* is not written "#rrggbb"'):
        data(colour=colour)(Thing)
    with pytest.raises(DeclarationError, match=r'(?s)Thing: colour .* is not written "#rrggbb"'):
        behaviour(colour=colour)(Thing)


def test_a_value_without_a_docstring_is_refused() -> None:
    class Thing(Amount):
        pass

    with pytest.raises(DeclarationError, match="Thing has no docstring"):
        data(Thing)


def test_what_gathers_needs_a_way_to() -> None:
    with pytest.raises(DeclarationError, match="has no class method `gather`"):

        @data(colour="#112233", gathers=("Amount",))
        class Heap:
            """Amounts together."""
