"""Processes that drift toward a mean, told of what is left of a point without it: x_t − μ = α (x0 − μ) + σ ε."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from nodes.contracts.process import Process, Rates

Pull: TypeAlias = Literal["cosine", "linear", "constant"]
"""How the speed of the drift grows over the times of a mean-reverting process."""


class MeanReverting(Process):
    """dx = f (μ − x) dt + g dW with g² = 2 σ∞² f (IR-SDE, Luo et al. 2023, arXiv:2301.11699).

    α = exp(−∫f) and σ = σ∞ √(1 − α²). Times run from 1 to `last`; 0 is data. f is constant between whole times, and is
    scaled so that α is `delta` at the end.
    """

    first = 1.0

    def __init__(self, sigma_inf: float, timesteps: int, pull: Pull, delta: float) -> None:
        self.sigma_inf, self.last = sigma_inf, float(timesteps)
        speeds = speeds_of(pull, timesteps)[1:]
        self.speeds = speeds * (-math.log(delta) / speeds.sum())
        self.pulled = torch.cat([self.speeds.new_zeros(1), self.speeds.cumsum(0)])

    def alpha(self, s: Tensor) -> Tensor:
        """1/√(1 + (s/σ∞)²)."""
        return 1 / torch.sqrt(1 + (s.double() / self.sigma_inf).square())

    def time(self, s: Tensor) -> Tensor:
        """Where ∫f is ½ log(1 + (s/σ∞)²)."""
        # s² is infinite in float64 beyond 1e154, long after the last time.
        pulled = torch.log1p((s.double().clamp(max=1e100) / self.sigma_inf).square()) / 2
        piece = (torch.searchsorted(self.pulled, pulled.contiguous()) - 1).clamp(0, len(self.speeds) - 1)
        t = piece + (pulled - self.pulled[piece]) / self.speeds[piece]
        return t.clamp(self.first, self.last)

    def level(self, t: Tensor) -> Tensor:
        """σ∞ √(exp(2 ∫f) − 1)."""
        t = t.double().clamp(self.first, self.last)
        piece = self._piece(t)
        pulled = self.pulled[piece] + (t - piece) * self.speeds[piece]
        return self.sigma_inf * torch.sqrt(torch.expm1(2 * pulled))

    def rates(self, t: Tensor) -> Rates:
        """−f α and σ∞ f α²/√(1 − α²)."""
        t = t.double().clamp(self.first, self.last)
        speed, s = self.speeds[self._piece(t)], self.level(t)
        alpha = self.alpha(s)
        return Rates(-speed * alpha, self.sigma_inf**2 * speed * alpha / s)

    def _piece(self, t: Tensor) -> Tensor:
        return t.floor().long().clamp(0, len(self.speeds) - 1)


def speeds_of(pull: Pull, timesteps: int) -> Tensor:
    """The speeds f before they are scaled, one for each time 0 … T; float64 [T + 1].

    "cosine": 1 − cos²(π/2 (u + 0.008)/1.008)/cos²(π/2 · 0.008/1.008) with u = (t + 1)/(T + 2).
    """
    if pull == "constant":
        return torch.ones(timesteps + 1, dtype=torch.float64)
    if pull == "linear":
        return torch.linspace(1e-4, 0.02, timesteps + 1, dtype=torch.float64)
    u = torch.arange(1, timesteps + 2, dtype=torch.float64) / (timesteps + 2)
    return 1 - (torch.cos((u + 0.008) / 1.008 * math.pi / 2) / math.cos(0.008 / 1.008 * math.pi / 2)).square()


class OrnsteinExploding(Process):
    """dx = θ (μ − x) dt + g dW, g = σ_min r^t √(2 ln r), r = σ_max/σ_min (OU-VE, Welker et al. 2022, arXiv:2203.17004).

    α = exp(−θ t) and σ² = σ_min² (r^(2t) − exp(−2 θ t)) ln r/(θ + ln r); t from 0.03 to 1, data at 0.
    """

    first, last = 0.03, 1.0

    def __init__(self, stiffness: float, sigma_min: float, sigma_max: float) -> None:
        self.stiffness, self.sigma_min = stiffness, sigma_min
        self.octaves = math.log(sigma_max / sigma_min)

    def alpha(self, s: Tensor) -> Tensor:
        """exp(−θ t) for the t at which the level is s, which need not be within the ends."""
        share = self.stiffness / (2 * (self.stiffness + self.octaves))
        return (1 + (s.double() / self._scale).square()) ** -share

    def time(self, s: Tensor) -> Tensor:
        """Log(1 + s² (θ + ln r)/(σ_min² ln r))/(2 (θ + ln r))."""
        grown = torch.log1p((s.double().clamp(max=1e100) / self._scale).square())
        return (grown / (2 * (self.stiffness + self.octaves))).clamp(self.first, self.last)

    def level(self, t: Tensor) -> Tensor:
        """σ/α."""
        t = t.double().clamp(self.first, self.last)
        return self._scale * torch.sqrt(torch.expm1(2 * (self.stiffness + self.octaves) * t))

    def rates(self, t: Tensor) -> Rates:
        """−θ α, and −θ σ + g²/2σ."""
        t = t.double().clamp(self.first, self.last)
        alpha = torch.exp(-self.stiffness * t)
        sigma = alpha * self.level(t)
        drive = self.octaves * self.sigma_min**2 * torch.exp(2 * self.octaves * t)
        return Rates(-self.stiffness * alpha, drive / sigma - self.stiffness * sigma)

    @property
    def _scale(self) -> float:
        return self.sigma_min * math.sqrt(self.octaves / (self.stiffness + self.octaves))
