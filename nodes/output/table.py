"""Tables as results."""

from __future__ import annotations

from graphs import node
from nodes.contracts.table import Table


@node(output=True)
def table(table: Table) -> Table:
    """A table to keep: it is saved as a CSV file, with the columns' names in the first row.

    A number or a text of a sweep becomes a table of its own accord: a row for each cell, with the swept values before
    it. The table is unchanged. Cost: none.
    """
    return table
