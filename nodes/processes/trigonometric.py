"""The process along a circle."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from nodes.contracts.process import Process, Rates


class Trigonometric(Process):
    """α = cos t, σ = σ_d sin t, t from 0 to π/2 (TrigFlow, Lu & Song 2024, arXiv:2410.11081).

    `sigma_data` σ_d is the standard deviation of the data, and of the noise that is mixed with them. At 1 the time is
    the angle of the wires' own coordinate.
    """

    first, last = 0.0, math.pi / 2

    def __init__(self, sigma_data: float = 0.5) -> None:
        self.sigma_data = sigma_data

    def alpha(self, s: Tensor) -> Tensor:
        """1/√(1 + (s/σ_d)²)."""
        return 1.0 / torch.sqrt(1.0 + (s.double() / self.sigma_data).square())

    def time(self, s: Tensor) -> Tensor:
        """atan(s/σ_d)."""
        return torch.atan(s.double() / self.sigma_data)

    def level(self, t: Tensor) -> Tensor:
        """σ_d tan t, inf at π/2."""
        t = t.double().clamp(self.first, self.last)
        return torch.where(t >= self.last, torch.inf, self.sigma_data * torch.tan(t))

    def rates(self, t: Tensor) -> Rates:
        """−sin t and σ_d cos t."""
        t = t.double().clamp(self.first, self.last)
        return Rates(-torch.sin(t), self.sigma_data * torch.cos(t))
