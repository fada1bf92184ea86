"""A value that holds a tensor, and nodes that write to it, which no node may."""

from __future__ import annotations

import torch

from graphs import Count, Progress, Steps, data, node


@data(colour="#225588")
class Field:
    """Numbers in a tensor."""

    numbers: torch.Tensor


@node
def ramp(*, count: Count = 5) -> Field:
    """0, 1, 2…"""
    return Field(torch.arange(float(count)))


@node
def doubled(field: Field) -> Field:
    """Every number twice as large."""
    return Field(field.numbers * 2)


@node
def plus(left: Field, right: Field) -> Field:
    """left + right."""
    return Field(left.numbers + right.numbers)


@node
def spoil(field: Field) -> Field:
    """Writes to its input."""
    field.numbers.add_(100.0)
    return field


@node
def spoil_and_fail(field: Field) -> Field:
    """Writes to its input, then fails."""
    field.numbers.add_(100.0)
    raise ZeroDivisionError


@node
def spoil_slowly(field: Field) -> Steps[Field]:
    """Writes to its input, then goes on for long."""
    field.numbers.add_(100.0)
    for step in range(60_000):
        yield Progress(step + 1, 60_000)
    return field
