"""What a step may be cut evenly in: the noise level, log-SNR, the angle, or the time of a flow.

Each has a coordinate z = c x of its own, in which the probability flow is dz/du = p x0 + q ε.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from nodes.contracts.identity import Identified
from nodes.contracts.levels import alpha_sigma, angle, log_snr

Variable: TypeAlias = Literal["sigma", "log_snr", "angle", "flow"]


class Clock(Identified, ABC):
    """A variable u of the level; all of it is float64 and like s. `closed`: it is finite at s = 0 and s = inf."""

    closed = True

    @abstractmethod
    def read(self, s: Tensor) -> Tensor:
        """The u of a level."""

    @abstractmethod
    def level(self, u: Tensor) -> Tensor:
        """The level at u."""

    @abstractmethod
    def size(self, s: Tensor) -> Tensor:
        """1/c, by which x = z/c."""

    @abstractmethod
    def parts(self, s: Tensor) -> tuple[Tensor, Tensor]:
        """The weights of x0 and ε in z."""

    @abstractmethod
    def slope(self, s: Tensor) -> tuple[Tensor | None, Tensor]:
        """The weights p and q of x0 and ε in dz/du; None for 0."""


class Sigma(Clock):
    """The clock u = s, with z = y = x0 + s ε and dy/ds = ε."""

    closed = False

    def read(self, s: Tensor) -> Tensor:
        """The level itself."""
        return s.double()

    def level(self, u: Tensor) -> Tensor:
        """The level itself."""
        return u

    def size(self, s: Tensor) -> Tensor:
        """The α of the level."""
        return alpha_sigma(s)[0]

    def parts(self, s: Tensor) -> tuple[Tensor, Tensor]:
        """1 and s."""
        return torch.ones_like(s.double()), s.double()

    def slope(self, s: Tensor) -> tuple[Tensor | None, Tensor]:
        """0 and 1."""
        return None, torch.ones_like(s.double())


class LogSnr(Sigma):
    """The clock u = λ = −ln s, with z = y and dy/dλ = −s ε."""

    def read(self, s: Tensor) -> Tensor:
        """−ln s."""
        return log_snr(s)

    def level(self, u: Tensor) -> Tensor:
        """e^(−λ)."""
        return torch.exp(-u)

    def slope(self, s: Tensor) -> tuple[Tensor | None, Tensor]:
        """0 and −s."""
        return None, -s.double()


class Angle(Clock):
    """The clock u = φ = atan(s), with z = x and dx/dφ = cos φ ε − sin φ x0."""

    def read(self, s: Tensor) -> Tensor:
        """atan(s)."""
        return angle(s)

    def level(self, u: Tensor) -> Tensor:
        """tan(φ)."""
        return torch.tan(u)

    def size(self, s: Tensor) -> Tensor:
        """1."""
        return torch.ones_like(s.double())

    def parts(self, s: Tensor) -> tuple[Tensor, Tensor]:
        """α and σ."""
        return alpha_sigma(s)

    def slope(self, s: Tensor) -> tuple[Tensor | None, Tensor]:
        """−σ and α."""
        alpha, sigma = alpha_sigma(s)
        return -sigma, alpha


class Flow(Clock):
    """The clock u = t = s/(1 + s), with z = (1 − t) x0 + t ε and dz/dt = ε − x0."""

    def read(self, s: Tensor) -> Tensor:
        """σ/(α + σ), which is 1 at s = inf."""
        alpha, sigma = alpha_sigma(s)
        return sigma / (alpha + sigma)

    def level(self, u: Tensor) -> Tensor:
        """t/(1 − t)."""
        return u / (1 - u)

    def size(self, s: Tensor) -> Tensor:
        """α + σ."""
        alpha, sigma = alpha_sigma(s)
        return alpha + sigma

    def parts(self, s: Tensor) -> tuple[Tensor, Tensor]:
        """1 − t and t."""
        alpha, sigma = alpha_sigma(s)
        return alpha / (alpha + sigma), sigma / (alpha + sigma)

    def slope(self, s: Tensor) -> tuple[Tensor | None, Tensor]:
        """−1 and 1."""
        one = torch.ones_like(s.double())
        return -one, one


CLOCKS: Mapping[Variable, Clock] = {"sigma": Sigma(), "log_snr": LogSnr(), "angle": Angle(), "flow": Flow()}
