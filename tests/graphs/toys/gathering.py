"""What the cells of a sweep are gathered into, and a node that takes it."""

from __future__ import annotations

from typing import Self

from graphs import data, node
from graphs.media import Cells

from .values import Amount


@data(colour="#aa33aa", gathers=("Amount",))
class Heap:
    """Numbers of a sweep, and how its axes are written."""

    items: tuple[float, ...]
    axes: str

    @classmethod
    def gather(cls, cells: Cells) -> Self:
        """The numbers in the order of the cells."""
        return cls(tuple(cell.value for cell in cells.values if isinstance(cell, Amount)), repr(cells.axes))


@node(output=True)
def pile(heap: Heap) -> Heap:
    """The heap as it is."""
    return heap
