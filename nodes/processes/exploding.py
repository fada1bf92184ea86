"""Processes that leave the data as it is and add noise to it: α = 1, σ = s."""

from __future__ import annotations

import math
from abc import abstractmethod

import torch
from torch import Tensor

from nodes.contracts.process import Process, Rates


class Exploding(Process):
    """A process with α = 1, between two levels that networks were trained for."""

    def __init__(self, sigma_min: float, sigma_max: float) -> None:
        self.sigma_min, self.sigma_max = sigma_min, sigma_max

    def alpha(self, s: Tensor) -> Tensor:
        """1."""
        return torch.ones_like(s, dtype=torch.float64)

    def rates(self, t: Tensor) -> Rates:
        """0 and how fast the level rises."""
        rise = self.rise(t.double().clamp(self.first, self.last))
        return Rates(torch.zeros_like(rise), rise)

    @abstractmethod
    def rise(self, t: Tensor) -> Tensor:
        """ds/dt at times within the process."""


class Geometric(Exploding):
    """σ = sigma_min (sigma_max/sigma_min)^t, t from 0 to 1 (variance exploding, Song et al. 2021, arXiv:2011.13456)."""

    first, last = 0.0, 1.0

    def __init__(self, sigma_min: float = 0.01, sigma_max: float = 50.0) -> None:
        super().__init__(sigma_min, sigma_max)

    def time(self, s: Tensor) -> Tensor:
        """log(s/sigma_min)/log(sigma_max/sigma_min)."""
        return torch.log(s.double().clamp(self.sigma_min, self.sigma_max) / self.sigma_min) / self._octaves

    def level(self, t: Tensor) -> Tensor:
        """sigma_min (sigma_max/sigma_min)^t."""
        return self.sigma_min * torch.exp(t.double().clamp(self.first, self.last) * self._octaves)

    def rise(self, t: Tensor) -> Tensor:
        """The level times log(sigma_max/sigma_min)."""
        return self.level(t) * self._octaves

    @property
    def _octaves(self) -> float:
        return math.log(self.sigma_max / self.sigma_min)


class Straight(Exploding):
    """σ = t, from sigma_min to sigma_max (EDM, Karras et al. 2022, arXiv:2206.00364)."""

    def __init__(self, sigma_min: float = 0.002, sigma_max: float = 80.0) -> None:
        super().__init__(sigma_min, sigma_max)
        self.first, self.last = sigma_min, sigma_max

    def time(self, s: Tensor) -> Tensor:
        """The level itself."""
        return s.double().clamp(self.first, self.last)

    def level(self, t: Tensor) -> Tensor:
        """The time itself."""
        return t.double().clamp(self.first, self.last)

    def rise(self, t: Tensor) -> Tensor:
        """1."""
        return torch.ones_like(t)
