"""Names of Python variables for what a graph names otherwise."""

from __future__ import annotations

import builtins
import itertools
import keyword
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
        plain = wanted.replace("/", "_").replace(".", "_")[:LONGEST]
        tries = itertools.chain((plain, f"{plain}_"), (f"{plain}_{number}" for number in itertools.count(2)))
        name = next(entry for entry in tries if entry not in self.taken)
        self.taken.add(name)
        return name
