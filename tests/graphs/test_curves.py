"""Curves over the noise level."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies
from pydantic import JsonValue

from graphs.curves import LevelCurve, curve_problem

RAMP = LevelCurve(((0.1, 1.0), (10.0, 3.0)))
EVEN = LevelCurve(((0.0, 1.0), (10.0, 3.0)), "linear")
levels = strategies.floats(1e-300, 1e300)
heights = strategies.floats(-1e308, 1e308)


@pytest.mark.parametrize(
    ("curve", "level", "value"),
    [
        (RAMP, 0.0, 1.0),
        (RAMP, 0.1, 1.0),
        (RAMP, 1.0, 2.0),
        (RAMP, 10.0, 3.0),
        (RAMP, 11.0, 3.0),
        (RAMP, math.inf, 3.0),
        (EVEN, 0.0, 1.0),
        (EVEN, 2.5, 1.5),
        (EVEN, math.inf, 3.0),
        (LevelCurve(((0.0, 5.0),)), 0.0, 5.0),
        (LevelCurve(((2.0, 5.0),)), 1.0, 5.0),
        (LevelCurve(((1.0, -1e308), (3.0, 1e308)), "linear"), 2.0, 0.0),
        (LevelCurve(((1e300, 1.0), (math.nextafter(1e300, math.inf), 2.0))), 1e300, 1.0),
    ],
)
def test_a_curve_is_interpolated_inside_and_constant_outside(curve: LevelCurve, level: float, value: float) -> None:
    assert curve.at(level) == pytest.approx(value)


@given(strategies.lists(levels, min_size=1, max_size=5, unique=True), strategies.lists(heights, min_size=5), levels)
def test_a_curve_stays_between_its_lowest_and_highest_value(places: list[float], values: list[float], s: float) -> None:
    points = tuple(zip(sorted(places), values, strict=False))
    low, high = min(value for _, value in points), max(value for _, value in points)
    for by in ("log", "linear"):
        value = LevelCurve(points, "log" if by == "log" else "linear").at(s)
        slack = 1e-12 * max(abs(low), abs(high))
        assert low - slack <= value <= high + slack


@given(strategies.lists(levels, min_size=1, max_size=4, unique=True), heights)
def test_a_curve_and_its_literal_are_the_same(places: list[float], height: float) -> None:
    curve = LevelCurve(tuple((place, height) for place in sorted(places)))
    assert LevelCurve.from_literal(curve.literal()) == curve
    assert curve_problem(curve.literal()) is None


@pytest.mark.parametrize("literal", [1, None, {"curve": []}, {"curve": [[1, 2], [1, 3]]}])
def test_a_literal_that_is_no_curve_makes_none(literal: JsonValue) -> None:
    with pytest.raises(ValueError, match=r"give|let"):
        LevelCurve.from_literal(literal)
