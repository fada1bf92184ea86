"""The process of flow matching."""

from __future__ import annotations

import torch
from torch import Tensor

from nodes.contracts.process import Process, Rates


class Flow(Process):
    """α = 1 − t, σ = t (Lipman et al. 2022, arXiv:2210.02747; Liu et al. 2022, arXiv:2209.03003).

    Data at t = 0, pure noise at t = 1; the velocity is ε − x0.
    """

    first, last = 0.0, 1.0

    def alpha(self, s: Tensor) -> Tensor:
        """1/(1 + s)."""
        return 1.0 / (1.0 + s.double())

    def time(self, s: Tensor) -> Tensor:
        """s/(1 + s), 1 for pure noise."""
        s = s.double()
        return torch.where(torch.isinf(s), 1.0, s / (1.0 + s))

    def level(self, t: Tensor) -> Tensor:
        """t/(1 − t)."""
        t = t.double().clamp(self.first, self.last)
        return t / (1.0 - t)

    def rates(self, t: Tensor) -> Rates:
        """−1 and 1."""
        one = torch.ones_like(t, dtype=torch.float64)
        return Rates(-one, one)
