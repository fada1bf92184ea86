"""The numbers on an axis: nice, not too many, and written so that they can be read back."""

from __future__ import annotations

import math
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as draw

from nodes.plotting.ticks import MINUS, log_ticks, nice_ticks

LENGTHS = draw.floats(-20, 20).map(lambda power: 10.0**power)


def read(label: str) -> float:
    """A label as the number that it says."""
    return float(label.replace(MINUS, "-"))


@given(low=draw.floats(-1e6, 1e6), length=LENGTHS, most=draw.integers(6, 8))
def test_there_are_three_to_eight_at_multiples_of_a_nice_step(low: float, length: float, most: int) -> None:
    high = low + max(length, abs(low) * 1e-6)
    ticks = nice_ticks(low, high, most)
    values = [Decimal(repr(tick.value)) for tick in ticks]
    assert 3 <= len(values) <= most
    assert all(low <= tick.value <= high for tick in ticks)
    steps = {(after - before).normalize() for before, after in pairwise(values)}
    if len(steps) == 1:  # a float cannot hold every multiple of a step far from 0
        (step,) = steps
        assert step.scaleb(-step.adjusted()) in (1, 2, Decimal("2.5"), 5)
        assert all(value % step == 0 for value in values)
    else:
        assert max(steps) - min(steps) <= Decimal(max(abs(low), abs(high))) * Decimal("1e-15")


@given(low=draw.floats(-1e6, 1e6), length=LENGTHS)
def test_labels_differ_and_say_the_number(low: float, length: float) -> None:
    high = low + max(length, abs(low) * 1e-6)
    ticks = nice_ticks(low, high)
    assert len({tick.label for tick in ticks}) == len(ticks)
    for tick in ticks:
        assert math.isclose(read(tick.label), tick.value, rel_tol=1e-12, abs_tol=0.0)


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0.0, 1.0, ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (-3.3, 3.6, ["−3", "−2", "−1", "0", "1", "2", "3"]),
        (0.0, 1000.0, ["0", "200", "400", "600", "800", "1000"]),
        (0.0, 2.1e7, ["0", "5e6", "1e7", "1.5e7", "2e7"]),
        (0.0, 1.2e-5, ["0", "2e−6", "4e−6", "6e−6", "8e−6", "1e−5", "1.2e−5"]),
    ],
)
def test_labels_of_axes_that_one_meets(low: float, high: float, labels: list[str]) -> None:
    assert [tick.label for tick in nice_ticks(low, high)] == labels


@given(low=draw.floats(-12, 12), decades=draw.floats(0.001, 30), most=draw.integers(6, 8))
def test_decades_too_are_three_to_eight(low: float, decades: float, most: int) -> None:
    ticks = log_ticks(10**low, 10 ** (low + decades), most)
    assert 3 <= len(ticks) <= most
    assert [tick.value for tick in ticks] == sorted({tick.value for tick in ticks})


def test_over_many_decades_they_are_powers_of_ten() -> None:
    assert [tick.label for tick in log_ticks(0.9e-2, 1.1e2)] == ["0.01", "0.1", "1", "10", "100"]
    assert [tick.value for tick in log_ticks(0.9, 12)] == [1, 2, 5, 10]
