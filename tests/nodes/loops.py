"""The sampling loop to its end, for tests."""

from __future__ import annotations

from graphs import Keep, Preview, Progress, Steps
from nodes.contracts.sample import Sample


def told_by(steps: Steps[Sample]) -> tuple[Sample, list[Progress | Preview | Keep]]:
    """The result of the loop, and all that it yields."""
    told: list[Progress | Preview | Keep] = []
    while True:
        try:
            told.append(next(steps))
        except StopIteration as stop:
            result: Sample = stop.value
            return result, told


def finish(steps: Steps[Sample]) -> tuple[Sample, list[Sample]]:
    """The result of the loop, and its previews."""
    result, told = told_by(steps)
    values = [event.value for event in told if isinstance(event, Preview)]
    return result, [value for value in values if isinstance(value, Sample)]
