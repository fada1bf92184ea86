"""Where an axis has its numbers: at round ones, and not too many."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import NamedTuple

FEWEST, MOST = 3, 8
"""Numbers on an axis."""
MINUS = "−"
SMALLEST_PLAIN, LARGEST_PLAIN = -4, 6
"""Decades between which numbers are written out."""


class Tick(NamedTuple):
    """A number on an axis, and how it is written."""

    value: float
    label: str


def nice_ticks(low: float, high: float, most: int = MOST) -> list[Tick]:
    """The multiples of a step of 1, 2, 2.5 or 5 times a power of ten that lie from low to high: 3 … `most` ≥ 6 of them.

    The step is the smallest that gives no more than `most`; as each is at most twice the one before, 3 are left.
    """
    for step in _steps(high - low):
        first, last = math.ceil(Decimal(low) / step), math.floor(Decimal(high) / step)
        if last - first < most:
            return [_tick(number * step, step) for number in range(first, last + 1)]
    raise AssertionError  # the steps grow beyond any length


def log_ticks(low: float, high: float, most: int = MOST) -> list[Tick]:
    """Powers of ten from low to high; with 2 and 5 times them where there are few, round numbers where there are none.

    `low` is above 0.
    """
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    stride = max(1, math.ceil((last - first + 1) / most))
    decades = [Decimal(1).scaleb(power) for power in range(first, last + 1, stride)]
    if len(decades) < FEWEST:
        fine = [Decimal(digit).scaleb(power) for power in range(first - 1, last + 1) for digit in (1, 2, 5)]
        decades = [value for value in fine if low <= value <= high]
    if not FEWEST <= len(decades) <= most:
        return nice_ticks(low, high, most)
    return [_tick(value, value) for value in decades]


def _steps(span: float) -> list[Decimal]:
    """Steps for so long an axis, from far too small ones to one longer than the axis."""
    power = math.floor(math.log10(span)) - 1
    return [Decimal(digits).scaleb(power + more) for more in range(4) for digits in ("1", "2", "2.5", "5")]


def _tick(value: Decimal, step: Decimal) -> Tick:
    """A number with as many digits as its step needs."""
    if not value:
        return Tick(0.0, "0")
    size = max(value.copy_abs(), step).adjusted()
    digits = max(0, -int(step.normalize().as_tuple().exponent))
    if step.adjusted() >= SMALLEST_PLAIN and size < LARGEST_PLAIN:
        text = f"{value:.{digits}f}"
    else:
        mantissa, _, power = f"{value:.{max(0, value.adjusted() + digits)}e}".partition("e")
        text = f"{_short(mantissa)}e{int(power)}"
    return Tick(float(value), text.replace("-", MINUS))


def _short(mantissa: str) -> str:
    return mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
