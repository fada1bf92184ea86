"""Several numbers as a table."""

from __future__ import annotations

from typing import Annotated

from graphs import TextBox, node
from nodes.contracts.labels import names_of_lines
from nodes.contracts.media import Number
from nodes.contracts.table import VALUE, Table


@node
def table(numbers: tuple[Number, ...], *, names: Annotated[str, TextBox(lines=True)] = "") -> Table:
    """Numbers as a table of two columns, "name" and "value", a line for each number.

    The names are the lines of `names` in the order of the wires, or else numbers. Cost: none.
    Errors: more names than numbers.
    """
    return Table((("name", names_of_lines(names, len(numbers))), (VALUE, tuple(number.value for number in numbers))))
