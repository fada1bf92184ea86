"""Variance preserving by a part of a cosine, to a power."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from nodes.processes.by_gamma import ByGamma


class ScaledCosine(ByGamma):
    """v(u) = cos(½π u)^(2τ) (Chen 2023, arXiv:2301.10972)."""

    def __init__(self, start: float = 0.2, end: float = 1.0, tau: float = 1.0, first: float = 1e-3) -> None:
        self.tau = tau
        super().__init__(start, end, first)

    def curve(self, u: Tensor) -> Tensor:
        """cos(½π u)^(2τ)."""
        return torch.cos(math.pi / 2 * u).clamp(min=0.0) ** (2 * self.tau)

    def back(self, v: Tensor) -> Tensor:
        """2/π · arccos(v^(1/2τ))."""
        return torch.acos(v.clamp(0.0, 1.0) ** (1 / (2 * self.tau))) * 2 / math.pi

    def slope(self, u: Tensor) -> Tensor:
        """−π τ sin(½π u) cos(½π u)^(2τ − 1)."""
        across = torch.cos(math.pi / 2 * u).clamp(min=0.0) ** (2 * self.tau - 1)
        return -math.pi * self.tau * torch.sin(math.pi / 2 * u) * across
