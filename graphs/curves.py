"""A curve over the noise level: what `{"curve": [[s, value], ...], "by": "log"}` stands for."""

from __future__ import annotations

import bisect
import itertools
import math
from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

LARGEST_NUMBER = 1e308
"""The largest number of a graph; integers beyond it are no floats."""


@dataclass(frozen=True)
class LevelCurve:
    """Values at rising levels s; between two points linear in s or in ln s, outside them constant."""

    points: tuple[tuple[float, float], ...]
    by: Literal["log", "linear"] = "log"

    @classmethod
    def from_literal(cls, literal: JsonValue) -> LevelCurve:
        """The curve of a literal without a problem."""
        trouble = curve_problem(literal)
        if trouble is not None or not isinstance(literal, dict) or not isinstance(literal["curve"], list):
            raise ValueError(trouble)
        points = tuple((_number(point[0]), _number(point[1])) for point in literal["curve"] if isinstance(point, list))
        return cls(points, "linear" if literal.get("by") == "linear" else "log")

    def literal(self) -> JsonValue:
        """The JSON form."""
        return {"curve": [[s, value] for s, value in self.points], "by": self.by}

    def at(self, s: float) -> float:
        """The value at level s in [0, inf]."""
        levels = [level for level, _ in self.points]
        right = bisect.bisect_right(levels, s)
        if right == 0 or right == len(levels):
            return self.points[max(0, right - 1)][1]
        (s0, value0), (s1, value1) = self.points[right - 1], self.points[right]
        if self.by == "log":
            s, s0, s1 = math.log(s), math.log(s0), math.log(s1)
        part = (s - s0) / (s1 - s0) if s1 > s0 else 0.0
        return value0 * (1 - part) + value1 * part


def curve_problem(literal: JsonValue) -> str | None:
    """Why a literal is no curve, as the way to mend it; None where it is one."""
    if not isinstance(literal, dict) or not set(literal) <= {"curve", "by"}:
        return 'give an object with "curve" and, if wanted, "by"'
    if literal.get("by", "log") not in ("log", "linear"):
        return 'let "by" be "log" or "linear"'
    points = literal.get("curve")
    if not isinstance(points, list) or not points:
        return "give at least one point [level, value]"
    if not all(_is_point(point) for point in points):
        return "let every point be a pair of finite numbers [level, value]"
    levels = [_number(point[0]) for point in points if isinstance(point, list)]
    if levels[0] < 0 or (levels[0] == 0 and literal.get("by", "log") == "log" and len(levels) > 1):
        return 'let levels be above 0 (0 itself only with "by": "linear")'
    if any(after <= before for before, after in itertools.pairwise(levels)):
        return "let the levels rise from point to point"
    return None


def _is_point(point: JsonValue) -> bool:
    return isinstance(point, list) and len(point) == 2 and all(_is_finite(number) for number in point)  # noqa: PLR2004


def _is_finite(value: JsonValue) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= LARGEST_NUMBER


def _number(value: JsonValue) -> float:
    return float(value) if isinstance(value, (int, float)) else math.nan
