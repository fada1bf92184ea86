"""A sweep: a parameter given as several values.

`{"sweep": [values], "axis": name}`, or a range `{"sweep": {"from", "to", "count", "scale"}}`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from pydantic import JsonValue

from graphs.curves import LARGEST_NUMBER

MOST_CELLS = 10_000
"""Combinations of swept values at the most."""


@dataclass(frozen=True)
class Sweep:
    """The values of a swept parameter and the name of its axis; sweeps of one axis go in step."""

    values: tuple[JsonValue, ...]
    axis: str


def is_sweep(literal: JsonValue) -> bool:
    """Whether a literal of a parameter is meant as a sweep."""
    return isinstance(literal, dict) and "sweep" in literal


def read_sweep(literal: JsonValue, axis: str, *, integer: bool) -> Sweep | str:
    """The sweep, or the way to mend it; `axis` names one that has no name."""
    if not isinstance(literal, dict) or not set(literal) <= {"sweep", "axis"}:
        return 'give "sweep" and, if wanted, "axis"'
    axis_name = literal.get("axis", axis)
    if not isinstance(axis_name, str) or not axis_name:
        return 'let "axis" be a name'
    values = literal["sweep"]
    if isinstance(values, dict):
        ranged = _range(values, integer=integer)
        return ranged if isinstance(ranged, str) else Sweep(ranged, axis_name)
    if not isinstance(values, list) or not values:
        return "give a list of at least one value"
    if len(values) > MOST_CELLS:
        return f"give at most {MOST_CELLS} values"
    return Sweep(tuple(values), axis_name)


def _range(values: dict[str, JsonValue], *, integer: bool) -> tuple[JsonValue, ...] | str:
    if not {"from", "to", "count"} <= set(values) <= {"from", "to", "count", "scale"}:
        return 'a range has "from", "to", "count" and, if wanted, "scale"'
    low, high, count, scale = values["from"], values["to"], values["count"], values.get("scale", "linear")
    if (
        not _is_number(low)
        or not _is_number(high)
        or not isinstance(low, (int, float))
        or not isinstance(high, (int, float))
    ):
        return 'let "from" and "to" be numbers'
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST_CELLS:
        return f'let "count" be an integer from 1 to {MOST_CELLS}'
    if scale not in ("linear", "log"):
        return 'let "scale" be "linear" or "log"'
    if scale == "log" and (low <= 0 or high <= 0):
        return 'a range with "scale": "log" has both ends above 0'
    parts = [index / max(1, count - 1) for index in range(count)]
    if scale == "log":
        points = [math.exp(math.log(low) + part * (math.log(high) - math.log(low))) for part in parts]
    else:
        points = [low * (1 - part) + high * part for part in parts]
    points = [float(f"{point:.15g}") for point in points]  # 2, and not 1.9999999999999998
    points[0] = low
    points[-1] = high if count > 1 else low
    return tuple(round(point) if integer else point for point in points)


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= LARGEST_NUMBER
