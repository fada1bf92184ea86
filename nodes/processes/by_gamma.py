"""Variance preserving by a curve of the share of the signal, γ = α²."""

from __future__ import annotations

from abc import abstractmethod

import torch
from torch import Tensor

from nodes.processes.preserving import Preserving

LEAST = 1e-9
"""The share of the signal at the last time, where the paper of these processes cuts γ off."""


class ByGamma(Preserving):
    """α = √γ and σ = √(1 − γ) with γ = (v(end) − v(u))/(v(end) − v(start)), u = start + t (end − start).

    `curve` v is monotone, so γ falls from 1 at t = 0; times end where it is 1e-9, a little before 1, and begin at
    `first`: at 0, σ rises infinitely fast (Chen 2023, arXiv:2301.10972, algorithm 1).
    """

    def __init__(self, start: float, end: float, first: float) -> None:
        self.start, self.end, self.first = start, end, first
        self.last = float(self._when(torch.tensor(LEAST, dtype=torch.float64)))

    def time(self, s: Tensor) -> Tensor:
        """Where γ is 1/(1 + s²)."""
        return self.within(self._when(1.0 / (1.0 + s.double().square())))

    def level(self, t: Tensor) -> Tensor:
        """√((1 − γ)/γ)."""
        gamma = self._gamma(self.within(t))
        return torch.sqrt((1.0 - gamma) / gamma)

    def turn(self, t: Tensor) -> Tensor:
        """−½ γ'/√(γ (1 − γ))."""
        gamma, ends = self._gamma(t), self._ends()
        rate = (self.end - self.start) * self.slope(self._place(t)) / (ends[1] - ends[0])
        return rate / (2 * torch.sqrt(gamma * (1.0 - gamma)))

    @abstractmethod
    def curve(self, u: Tensor) -> Tensor:
        """v(u)."""

    @abstractmethod
    def back(self, v: Tensor) -> Tensor:
        """The u of a v."""

    @abstractmethod
    def slope(self, u: Tensor) -> Tensor:
        """v'(u)."""

    def _place(self, t: Tensor) -> Tensor:
        return self.start + t * (self.end - self.start)

    def _ends(self) -> Tensor:
        return self.curve(torch.tensor([self.start, self.end], dtype=torch.float64))

    def _gamma(self, t: Tensor) -> Tensor:
        ends = self._ends()
        return (ends[1] - self.curve(self._place(t))) / (ends[1] - ends[0])

    def _when(self, gamma: Tensor) -> Tensor:
        ends = self._ends()
        return (self.back(ends[1] - gamma * (ends[1] - ends[0])) - self.start) / (self.end - self.start)
