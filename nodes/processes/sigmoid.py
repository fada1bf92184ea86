"""Variance preserving by a sigmoid."""

from __future__ import annotations

import torch
from torch import Tensor

from nodes.processes.by_gamma import ByGamma


class Sigmoid(ByGamma):
    """v(u) = 1/(1 + e^(−u/τ)) (Chen 2023, arXiv:2301.10972; Jabri et al. 2022, arXiv:2212.11972)."""

    def __init__(self, start: float = -3.0, end: float = 3.0, tau: float = 1.0, first: float = 1e-3) -> None:
        self.tau = tau
        super().__init__(start, end, first)

    def curve(self, u: Tensor) -> Tensor:
        """The sigmoid of u/τ."""
        return torch.sigmoid(u / self.tau)

    def back(self, v: Tensor) -> Tensor:
        """τ log(v/(1 − v))."""
        return self.tau * torch.logit(v)

    def slope(self, u: Tensor) -> Tensor:
        """V (1 − v)/τ."""
        v = self.curve(u)
        return v * (1.0 - v) / self.tau
