"""Variance preserving by a cosine, in continuous time."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from nodes.processes.preserving import Preserving


class Cosine(Preserving):
    """α = cos θ/cos θ0 with θ = π/2 · (t + offset)/(1 + offset), θ0 = θ(0) (Nichol & Dhariwal 2021, arXiv:2102.09672).

    Pure noise at t = 1. Times begin at `first` = 0.001: at 0, σ rises infinitely fast.
    """

    last = 1.0

    def __init__(self, offset: float = 0.008, first: float = 1e-3) -> None:
        self.offset, self.first = offset, first

    def time(self, s: Tensor) -> Tensor:
        """From tan θ = √(s² + sin² θ0)/cos θ0."""
        theta = torch.atan(
            torch.hypot(s.double(), torch.tensor(math.sin(self._begin), dtype=torch.float64)) / math.cos(self._begin)
        )
        return self.within(theta / (math.pi / 2) * (1 + self.offset) - self.offset)

    def level(self, t: Tensor) -> Tensor:
        """√(sin(θ − θ0) sin(θ + θ0))/cos θ, inf at t = 1."""
        t = self.within(t)
        theta = self._theta(t)
        s = torch.sqrt(torch.sin(theta - self._begin) * torch.sin(theta + self._begin)) / torch.cos(theta)
        return torch.where(t >= self.last, torch.inf, s)

    def turn(self, t: Tensor) -> Tensor:
        """θ' sin θ/(σ cos θ0)."""
        theta, rate = self._theta(t), math.pi / 2 / (1 + self.offset)
        sigma = torch.sqrt(torch.sin(theta - self._begin) * torch.sin(theta + self._begin)) / math.cos(self._begin)
        return rate * torch.sin(theta) / (math.cos(self._begin) * sigma)

    @property
    def _begin(self) -> float:
        return math.pi / 2 * self.offset / (1 + self.offset)

    def _theta(self, t: Tensor) -> Tensor:
        return math.pi / 2 * (t + self.offset) / (1 + self.offset)
