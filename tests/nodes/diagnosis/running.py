"""Nodes that work in steps, run to their end."""

from __future__ import annotations

from typing import TypeVar

from graphs import RunContext, Steps
from graphs.running.context import Meter

T = TypeVar("T")


def finished(steps: Steps[T]) -> T:
    """What it returns."""
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            result: T = stop.value
            return result


def run_context() -> RunContext:
    """With a meter of its own."""
    return RunContext(Meter())
