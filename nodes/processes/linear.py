"""Variance preserving with a noise rate that grows linearly, in continuous time."""

from __future__ import annotations

import torch
from torch import Tensor

from nodes.processes.preserving import Preserving


class Linear(Preserving):
    """log α = −¼ t² (β1 − β0) − ½ t β0 (Song et al. 2021, arXiv:2011.13456, appendix C).

    Times run from `first` = 0.001, before which no network is trained, to 1, where α is 0.0066.
    """

    last = 1.0

    def __init__(self, beta_min: float = 0.1, beta_max: float = 20.0, first: float = 1e-3) -> None:
        self.beta_min, self.beta_max, self.first = beta_min, beta_max, first

    def time(self, s: Tensor) -> Tensor:
        """The root of ½ t² (β1 − β0) + t β0 = log(1 + s²) that is positive."""
        # s² is infinite in float64 beyond 1e154, long after the last time.
        grown = torch.log1p(s.double().clamp(max=1e100).square())
        root = torch.sqrt(self.beta_min**2 + 2 * (self.beta_max - self.beta_min) * grown)
        return self.within(2 * grown / (self.beta_min + root))

    def level(self, t: Tensor) -> Tensor:
        """√(exp(∫β) − 1)."""
        t = self.within(t)
        return torch.sqrt(torch.expm1(t * self.beta_min + t.square() * (self.beta_max - self.beta_min) / 2))

    def turn(self, t: Tensor) -> Tensor:
        """½ β(t)/s."""
        return (self.beta_min + t * (self.beta_max - self.beta_min)) / (2 * self.level(t))
