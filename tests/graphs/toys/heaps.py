"""What gathers the cells of a sweep, what looks at the world each time, and what gives data and a behaviour."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NamedTuple, Self

from graphs import FilePath, data, node
from graphs.media import Cells

from .values import Amount, Machine

Note = Annotated[Path | None, FilePath(suffixes=(".txt",))]


@data(colour="#7733aa", gathers=("Amount", "Heap"))
class Heap:
    """Many numbers, and what they were swept over."""

    items: tuple[float, ...]
    labels: tuple[str, ...] = ()

    @classmethod
    def gather(cls, cells: Cells) -> Self:
        """The numbers of all cells, labelled by the names of the axes and their lengths."""
        found = [(cell.value,) if isinstance(cell, Amount) else getattr(cell, "items", ()) for cell in cells.values]
        return cls(tuple(x for items in found for x in items), tuple(f"{axis.name}:{len(axis)}" for axis in cells.axes))


class Tooled(NamedTuple):
    """What `tool` gives."""

    amount: Amount
    machine: Machine


@node
def heaped(amount: Amount) -> Heap:
    """A heap of one number."""
    return Heap((amount.value,))


@node
def most(heap: Heap, *, least: float = 0.0) -> Amount:
    """The largest number of a heap."""
    return Amount(max(*heap.items, least))


@node(output=True)
def pile(heap: Heap, *, by: float = 1.0) -> Heap:
    """The heap, by so much larger."""
    return Heap(tuple(item * by for item in heap.items), heap.labels)


@node(pure=False)
def look(*, note: Note = None) -> Amount:
    """The number that a file holds now."""
    return Amount(float(note.read_text()) if note else 0.0)


@node
def tool(amount: Amount, *, gain: float = 2.0) -> Tooled:
    """The number made larger, and the machine that makes it so."""
    return Tooled(Amount(amount.value * gain), Machine(gain))


@node
def floor(amount: Amount) -> Amount:
    """The number without its fraction."""
    return Amount(float(int(amount.value)))
