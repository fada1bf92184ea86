"""The sampling loop to its end, for tests."""

from __future__ import annotations

from graphs import Steps
from graphs.running.context import Preview
from nodes.contracts.sample import Sample


def finish(steps: Steps[Sample]) -> tuple[Sample, list[Sample]]:
    """The result of the loop, and its previews."""
    previews: list[Sample] = []
    while True:
        try:
            event = next(steps)
        except StopIteration as stop:
            result: Sample = stop.value
            return result, previews
        if isinstance(event, Preview) and isinstance(event.value, Sample):
            previews.append(event.value)
