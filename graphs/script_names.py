"""Names of Python variables for what a graph names otherwise."""

from __future__ import annotations

import builtins
import itertools
import keyword
import re
from collections.abc import Iterable

LOOK_LIKE_NUMBERS = {"l"}
"""Names that a linter refuses, because they are misread."""

RESERVED = frozenset({*keyword.kwlist, *keyword.softkwlist, *dir(builtins), *LOOK_LIKE_NUMBERS})

LONGEST = 40
"""Letters of a name, so that a line holds a few."""


class Names:
    """Gives every name once; `taken` are names that a script has already."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.taken = set(RESERVED) | set(taken)

    def take(self, wanted: str) -> str:
        """The name for a node at a path or a type's id: as it is written, or else with a number or a mark behind it."""
        plain = _plain(wanted)[:LONGEST]
        tries = itertools.chain((plain, f"{plain}_"), (f"{plain}_{number}" for number in itertools.count(2)))
        name = next(entry for entry in tries if entry not in self.taken)
        self.taken.add(name)
        return name


def variables(places: Iterable[str], names: Names) -> dict[str, str]:
    """The variable of each node: the outer before the inner, and the graph's own before what a sweep made of them.

    Cells are called by what is swept, `sample_steps_4`; all of a node are numbered where one name would be too long.
    """
    wanted: dict[str, str] = {}
    cells: dict[str, list[str]] = {}
    for place in places:
        wanted[place] = place
        if "[" in place:
            cells.setdefault(_node(place), []).append(place)
    for node, found in cells.items():
        if max(len(_plain(place)) for place in found) > LONGEST:
            ends = {place: f"_{number}" for number, place in enumerate(found, 1)}
            wanted |= {place: _plain(node)[: LONGEST - len(end)] + end for place, end in ends.items()}
    return {place: names.take(wanted[place]) for place in sorted(wanted, key=_rank)}


def _rank(place: str) -> tuple[int, bool, str]:
    node = _node(place)
    return node.count("/"), node != place, node


def _node(place: str) -> str:
    """The node of a graph that a cell, or what gathers its cells, belongs to."""
    return re.split(r"[\[:]", place, maxsplit=1)[0]


def _plain(place: str) -> str:
    """A place in letters that a name may have; a number below zero is told from the one above."""
    return re.sub(r"[^0-9A-Za-z_]+", "_", place.rstrip("]").replace("=-", "=minus_"))
