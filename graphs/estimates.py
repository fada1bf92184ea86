"""What a node will cost, known before anything runs: a number, or an interval where that is all that can be known."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Span:
    """Every number from `low` to `high`, both at least 0; `high` may be infinite."""

    low: float
    high: float

    @staticmethod
    def of(value: float) -> Span:
        """Just this number."""
        return Span(value, value)

    @property
    def exact(self) -> bool:
        """Whether it is one number."""
        return self.low == self.high

    def __add__(self, other: Span) -> Span:
        return Span(self.low + other.low, self.high + other.high)

    def __mul__(self, other: Span) -> Span:
        return Span(_product(self.low, other.low), _product(self.high, other.high))

    def __str__(self) -> str:
        if self.exact:
            return f"{self.low:.15g}"
        if not self.low and math.isfinite(self.high):
            return f"at most {self.high:.15g}"
        return f"{self.low:.15g} to {self.high:.15g}" if math.isfinite(self.high) else f"{self.low:.15g} or more"


UNKNOWN = Span(0, math.inf)
"""Any number."""


def _product(left: float, right: float) -> float:
    return left * right if left and right else 0.0  # 0 of infinitely many is 0


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is known of a node's run and of what it gives.

    `nfe`: rows that it asks of models. Of a batch that it gives: `rows`. Of a grid of levels: `steps`, and whether it
    begins at pure noise (`first_open` 1) and ends at data or pure noise (`last_open` 1). Of a state halfway: the
    `steps` behind it. Of a model: `each`, leaf rows for each row that it is asked. Of a reward: `asks`, leaf rows for
    each row that it scores, as most ask no model at all. Of a solver: `calls`, how often it
    asks the model in so many steps from a finite level to data, and how many of them it `saves` at an open end.
    """

    nfe: Span = field(default=Span(0, 0))
    rows: Span = UNKNOWN
    steps: Span = UNKNOWN
    each: Span = UNKNOWN
    asks: Span = field(default=Span(0, 0))
    calls: Callable[[Span], Span] | None = None
    first_open: Span = field(default=Span(0, 1))
    last_open: Span = field(default=Span(0, 1))
    saves: float = 0.0


NOTHING_KNOWN = Estimate(nfe=UNKNOWN, asks=UNKNOWN)


@dataclass(frozen=True, slots=True)
class Known:
    """What a node's cost is estimated from: its values (a wired one is not known) and what its inputs are."""

    values: Mapping[str, object]
    inputs: Mapping[str, tuple[Estimate, ...]]

    def value(self, name: str) -> object:
        """A parameter's value; None where it is wired."""
        return self.values.get(name)

    def number(self, name: str) -> Span:
        """A parameter that is a number."""
        value = self.values.get(name)
        return Span.of(value) if isinstance(value, (int, float)) else UNKNOWN

    def input(self, name: str) -> Estimate:
        """What comes in at a port; nothing is known where it has no wire."""
        return next(iter(self.inputs.get(name, ())), NOTHING_KNOWN)

    def asks(self, name: str) -> Span:
        """The leaf rows that all rewards at a port ask for one row together; none where it has no wire."""
        return sum((entry.asks for entry in self.inputs.get(name, ())), Span.of(0))


Cost: TypeAlias = Estimate | Callable[[Known], Estimate]
"""What a node will cost, always or by what is known of it; declared by `@node(cost=...)`."""
