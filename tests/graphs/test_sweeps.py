"""Sweeps: lists and ranges of values along named axes."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies
from pydantic import JsonValue

from graphs.sweeps import MOST_CELLS, Sweep, is_sweep, read_sweep

ends = strategies.floats(-1e308, 1e308) | strategies.integers(-(10**308), 10**308)


def values_of(literal: JsonValue, *, integer: bool = False) -> tuple[JsonValue, ...]:
    """The values of a sweep without a problem."""
    found = read_sweep(literal, "n.p", integer=integer)
    assert isinstance(found, Sweep), found
    return found.values


def span(low: JsonValue, high: JsonValue, count: JsonValue, **more: JsonValue) -> JsonValue:
    """A sweep over a range."""
    return {"sweep": {"from": low, "to": high, "count": count, **more}}


def test_a_list_is_swept_in_its_order() -> None:
    assert values_of({"sweep": [3, "a", None]}) == (3, "a", None)


def test_an_axis_has_the_given_name_or_one_of_its_own() -> None:
    assert read_sweep({"sweep": [1]}, "n.p", integer=False) == Sweep((1,), "n.p")
    assert read_sweep({"sweep": [1], "axis": "seed"}, "n.p", integer=False) == Sweep((1,), "seed")


@pytest.mark.parametrize(
    ("literal", "values"),
    [
        (span(0, 1, 5), (0, 0.25, 0.5, 0.75, 1)),
        (span(1, 0, 3), (1, 0.5, 0)),
        (span(2, 9, 1), (2,)),
        (span(1, 1, 2), (1, 1)),
        (span(-1e308, 1e308, 3), (-1e308, 0.0, 1e308)),
    ],
)
def test_a_range_is_even(literal: JsonValue, values: tuple[float, ...]) -> None:
    assert values_of(literal) == pytest.approx(values)


def test_a_range_by_scale_is_even_in_the_logarithm() -> None:
    assert values_of(span(0.01, 100, 5, scale="log")) == pytest.approx((0.01, 0.1, 1, 10, 100))


def test_a_range_of_an_integer_parameter_is_rounded() -> None:
    found = values_of(span(1, 10, 4, scale="log"), integer=True)
    assert found == (1, 2, 5, 10)
    assert all(isinstance(value, int) for value in found)


@given(ends, ends, strategies.integers(1, 50), strategies.booleans(), strategies.sampled_from(["linear", "log"]))
def test_a_range_begins_and_ends_where_it_says(low: float, high: float, count: int, integer: bool, scale: str) -> None:
    literal = span(low, high, count, scale=scale)
    found = read_sweep(literal, "n.p", integer=integer)
    if isinstance(found, str):
        assert scale == "log"
        assert min(low, high) <= 0
        return
    assert len(found.values) == count
    first, last = (round(low), round(high)) if integer else (low, high)
    assert found.values[0] == first
    assert found.values[-1] == (last if count > 1 else first)


@pytest.mark.parametrize(
    ("literal", "mend"),
    [
        ({"sweep": []}, "at least one value"),
        ({"sweep": 3}, "at least one value"),
        ({"sweep": [1] * (MOST_CELLS + 1)}, "at most"),
        ({"sweep": [1], "axis": ""}, "axis"),
        ({"sweep": [1], "axis": 1}, "axis"),
        ({"sweep": [1], "as": "x"}, "axis"),
        ({"sweep": {"from": 1, "to": 2}}, "count"),
        (span(1, 2, 3, by="log"), "scale"),
        (span(1, "2", 3), "numbers"),
        (span(True, 2, 3), "numbers"),
        (span(1, 10**309, 3), "numbers"),
        (span(1, 2, 0), "count"),
        (span(1, 2, 2.0), "count"),
        (span(1, 2, True), "count"),
        (span(1, 2, 10**399), "count"),
        (span(1, 2, 3, scale="cubic"), "scale"),
        (span(0, 2, 3, scale="log"), "above 0"),
    ],
)
def test_what_is_no_sweep_is_told_how_to_mend(literal: JsonValue, mend: str) -> None:
    assert is_sweep(literal)
    found = read_sweep(literal, "n.p", integer=False)
    assert isinstance(found, str)
    assert mend in found
