"""The sampling loop to its end, for tests."""

from __future__ import annotations

from typing import TypeVar

from graphs import Keep, Preview, Progress, Steps
from nodes.contracts.sample import Sample

T = TypeVar("T")


def told_by(steps: Steps[T]) -> tuple[T, list[Progress | Preview | Keep]]:
    """The result of the loop, and all that it yields."""
    told: list[Progress | Preview | Keep] = []
    while True:
        try:
            told.append(next(steps))
        except StopIteration as stop:
            result: T = stop.value
            return result, told


def finish(steps: Steps[Sample]) -> tuple[Sample, list[Sample]]:
    """The result of the loop, and its previews."""
    result, told = told_by(steps)
    values = [event.value for event in told if isinstance(event, Preview)]
    return result, [value for value in values if isinstance(value, Sample)]
