"""Two-sided stochastic interpolants: between two laws of data, by way of noise that is 0 at both."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.process import Process, Rates

Way: TypeAlias = Literal["linear", "trigonometric"]
"""α and β: 1 − t and t, or the cosine and the sine of π t/2."""
Latent: TypeAlias = Literal["brownian", "sine_squared"]
"""γ over its strength: √(t (1 − t)), or sin² π t."""


class Interpolant(Process):
    """x_t = α x0 + β x1 + γ z with z ~ N(0, 1) (Albergo et al. 2023, arXiv:2303.08797).

    The level is s = β/α, so x1 takes the place of the noise: x1 lies at s = inf, time 1, and x0 at 0.
    """

    first, last = 0.0, 1.0

    def __init__(self, way: Way, latent: Latent, strength: float) -> None:
        self.way, self.latent, self.strength = way, latent, strength

    def alpha(self, s: Tensor) -> Tensor:
        """1/(1 + s), or 1/√(1 + s²)."""
        s = s.double()
        return 1 / (1 + s) if self.way == "linear" else 1 / torch.sqrt(1 + s.square())

    def beta(self, s: Tensor) -> Tensor:
        """The share of x1: s α, 1 at s = inf."""
        return torch.where(torch.isinf(s), 1.0, s.double() * self.alpha(s))

    def time(self, s: Tensor) -> Tensor:
        """s/(1 + s), or atan(s) 2/π."""
        return self.beta(s) if self.way == "linear" else torch.atan(s.double()) * 2 / math.pi

    def level(self, t: Tensor) -> Tensor:
        """t/(1 − t), or tan(π t/2)."""
        t = t.double().clamp(0, 1)
        raised = t / (1 - t) if self.way == "linear" else torch.tan(t * math.pi / 2)
        return torch.where(t == 1, torch.inf, raised)

    def rates(self, t: Tensor) -> Rates:
        """−1 and 1, or the slopes of the cosine and the sine."""
        t = t.double().clamp(0, 1)
        if self.way == "linear":
            return Rates(-torch.ones_like(t), torch.ones_like(t))
        turn = math.pi / 2
        return Rates(-turn * torch.sin(turn * t), turn * torch.cos(turn * t))

    def gamma(self, t: Tensor) -> Tensor:
        """How much of z there is at time t; 0 at both ends."""
        t = t.double().clamp(0, 1)
        shape = torch.sqrt(t * (1 - t)) if self.latent == "brownian" else torch.sin(math.pi * t).square()
        return torch.where(t == 1, 0.0, self.strength * shape)

    def gamma_drive(self, t: Tensor) -> Tensor:
        """γ dγ/dt, finite where dγ/dt is not."""
        t = t.double().clamp(0, 1)
        if self.latent == "brownian":
            return self.strength**2 * (1 - 2 * t) / 2
        return self.strength**2 * math.pi * torch.sin(math.pi * t).square() * torch.sin(2 * math.pi * t)


def interpolating(process: Process) -> Interpolant:
    """The interpolant that a process is; `InputError` where it is none."""
    if not isinstance(process, Interpolant):
        raise InputError(
            "the process is no interpolant between two laws",
            where="process",
            given=type(process).__name__,
            allowed="process.interpolant",
            mend="wire process.interpolant, the same here and wherever this interpolant is used",
        )
    return process
