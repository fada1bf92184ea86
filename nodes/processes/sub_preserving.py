"""The process with less noise than the variance-preserving one."""

from __future__ import annotations

import torch
from torch import Tensor

from nodes.contracts.process import Process, Rates
from nodes.processes.linear import Linear


class SubPreserving(Process):
    """α as of the linear variance-preserving process, σ = 1 − α² (sub-VP, Song et al. 2021, arXiv:2011.13456).

    α is the root of α² + s α = 1, which is exp(−asinh(s/2)).
    """

    last = 1.0

    def __init__(self, beta_min: float = 0.1, beta_max: float = 20.0, first: float = 1e-3) -> None:
        self.first, self._linear = first, Linear(beta_min, beta_max, first)

    def alpha(self, s: Tensor) -> Tensor:
        """exp(−asinh(s/2)), 0 at s = inf."""
        return torch.exp(-torch.asinh(s.double() / 2))

    def time(self, s: Tensor) -> Tensor:
        """That of the variance-preserving process at the same α."""
        # Beyond the largest, α² is 0 in float64; the last time is long before.
        grown = 2 * torch.asinh(s.double().clamp(max=1e100) / 2)
        return self._linear.time(torch.sqrt(torch.expm1(grown)))

    def level(self, t: Tensor) -> Tensor:
        """1/α − α."""
        grown = torch.log1p(self._linear.level(t).square()) / 2
        return 2 * torch.sinh(grown)

    def rates(self, t: Tensor) -> Rates:
        """α' as of the variance-preserving process, and −2 α α'."""
        rate = self._linear.rates(t).alpha
        return Rates(rate, -2 * self.alpha(self.level(t)) * rate)
