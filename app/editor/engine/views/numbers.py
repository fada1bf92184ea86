"""Numbers as JSON can hold them."""

from __future__ import annotations

import math

from pydantic import JsonValue
from torch import Tensor

DIGITS = 6
"""Digits that a picture of so many pixels could ever tell apart."""


def number(value: float | None) -> JsonValue:
    """A number with all its digits; what is none, or infinite, as a word."""
    if value is None or math.isfinite(value):
        return value
    return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"


def numbers(tensor: Tensor) -> JsonValue:
    """The numbers of a tensor in nested lists, to six digits; null where there is none."""
    return _rounded(tensor.detach().cpu().double().tolist())


def _rounded(entry: object) -> JsonValue:
    if isinstance(entry, list):
        return [_rounded(inner) for inner in entry]
    if isinstance(entry, float) and math.isfinite(entry):
        return float(f"{entry:.{DIGITS}g}")
    return None
