"""Holding a method to an oracle: a test takes the fixture `oracle` and says
`oracle("guidance.cfg", "what is expected", measured, tolerance)`. `python -m tests.methods` makes a table of them.
"""

from __future__ import annotations

import math
from typing import NamedTuple, Protocol

PROPERTY = "held_to_an_oracle"
"""By which a test reports its lines, and a keyword that chooses such tests."""


class Oracle(Protocol):
    """Holds a method to what is expected of it."""

    def __call__(self, method: str, expected: str, measured: float, tolerance: float) -> None:
        """Fails where what was measured is above the tolerance, or is no number."""


class Held(NamedTuple):
    """One line of the table."""

    method: str
    expected: str
    tolerance: float
    measured: float

    def __str__(self) -> str:
        """As the table has it."""
        return f"| `{self.method}` | {self.expected} | {self.tolerance:.2g} | {self.measured:.2g} |"


def hold(held: Held) -> None:
    """Fail unless what was measured is within the tolerance."""
    assert not math.isnan(held.measured), f"{held.method}: {held.expected}: no number was measured"
    assert held.measured <= held.tolerance, f"{held.method}: {held.expected}: {held.measured} > {held.tolerance}"
