"""Levels between two ends."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor


class Interval(NamedTuple):
    """Levels from above `low` up to `high`; from the cleanest on where `low` is 0."""

    low: float = 0.0
    high: float = math.inf

    @property
    def whole(self) -> bool:
        """Whether every level lies in it."""
        return self.low == 0 and self.high == math.inf

    def holds(self, s: Tensor) -> Tensor:
        """Which of these levels lie in it."""
        above = s > self.low if self.low else torch.ones_like(s, dtype=torch.bool)
        return above & (s <= self.high) & (self.low < self.high)
