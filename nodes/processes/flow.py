"""The process of flow matching."""

from __future__ import annotations

import torch
from torch import Tensor

from nodes.contracts.process import Process, Rates


class Flow(Process):
    """α = 1 − τ, σ = τ with τ = k t/(1 + (k − 1) t) (Lipman et al. 2022, arXiv:2210.02747; arXiv:2209.03003).

    Data at t = 0, pure noise at t = 1. With a `shift` k = 1, τ is t and the velocity is ε − x0; other shifts are
    other clocks of the same straight lines, with every level k times as high (Esser et al. 2024, arXiv:2403.03206).
    """

    first, last = 0.0, 1.0

    def __init__(self, shift: float = 1.0) -> None:
        self.shift = shift

    def alpha(self, s: Tensor) -> Tensor:
        """1/(1 + s)."""
        return 1.0 / (1.0 + s.double())

    def time(self, s: Tensor) -> Tensor:
        """s/(k + s), 1 for pure noise."""
        s = s.double()
        return torch.where(torch.isinf(s), 1.0, s / (self.shift + s))

    def level(self, t: Tensor) -> Tensor:
        """K t/(1 − t)."""
        t = t.double().clamp(self.first, self.last)
        return self.shift * t / (1.0 - t)

    def rates(self, t: Tensor) -> Rates:
        """−τ' and τ' = k/(1 + (k − 1) t)²."""
        t = t.double().clamp(self.first, self.last)
        rate = self.shift / (1.0 + (self.shift - 1.0) * t).square()
        return Rates(-rate, rate)
