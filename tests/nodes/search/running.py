"""What a search gives, run to its end."""

from __future__ import annotations

from typing import TypeVar

from graphs import RunContext, Steps
from graphs.running.context import Meter
from nodes.contracts.table import Table

T = TypeVar("T")


def run_with(meter: Meter | None = None, kept: object = None) -> RunContext:
    """What a node that works in steps is given."""
    return RunContext(Meter() if meter is None else meter, kept=kept)


def finished(steps: Steps[T]) -> T:
    """What it returns."""
    return told(steps)[0]


def told(steps: Steps[T]) -> tuple[T, list[object]]:
    """What it returns, and all that it told on the way."""
    found: list[object] = []
    while True:
        try:
            found.append(next(steps))
        except StopIteration as stop:
            result: T = stop.value
            return result, found


def numbers(table: Table, name: str) -> list[float]:
    """A column of numbers."""
    return [float(entry) for entry in dict(table.columns)[name] if entry is not None]
