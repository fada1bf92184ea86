"""A time for the probability flow that is finite at both ends and even in log s between."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from nodes.contracts.levels import alpha_sigma


class Clock(NamedTuple):
    """The time u = log((s + low)/(1 + s/high)): log s between `low` and `high`, linear in s below, in 1/s above.

    It goes from log low at s = 0 to log high at s = inf; everything in float64, in the shape of the levels.
    """

    low: float = 0.002
    high: float = 80.0

    def time(self, s: Tensor) -> Tensor:
        """The time at level s."""
        inside = torch.log(s + self.low) - torch.log1p(s / self.high)
        return torch.where(torch.isinf(s), math.log(self.high), inside)

    def level(self, time: Tensor) -> Tensor:
        """The level at a time strictly between the ends."""
        e = torch.exp(time)
        return ((e - self.low) / (1 - e / self.high)).clamp(min=0)

    def speed(self, s: Tensor) -> Tensor:
        """dφ/du at level s, where φ = atan(s): (σ + low·α)(σ + high·α)/(high − low)."""
        alpha, sigma = alpha_sigma(s)
        return (sigma + self.low * alpha) * (sigma + self.high * alpha) / (self.high - self.low)

    def between(self, s: Tensor, to: Tensor, share: float) -> Tensor:
        """The level that lies at that share, in [0, 1], of the time from s to `to`; the ends themselves at the ends."""
        if share in (0, 1):
            return to if share else s
        begun = self.time(s)
        return torch.where(s == to, s, self.level(begun + share * (self.time(to) - begun)))
