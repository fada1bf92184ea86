"""Normal noise whose numbers along an axis are correlated."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from graphs.errors import InputError
from nodes.contracts.draws import normal
from nodes.contracts.identity import Identified
from nodes.contracts.rows import Rows
from nodes.contracts.source import Source

KernelName: TypeAlias = Literal["ou", "shared"]
LARGEST_AXIS = 4096
"""Places along the axis, at the most."""


class Colouring(Identified, ABC):
    """ε = L η along an axis of n places of an event [..., *event], and η = L⁻¹ ε.

    It is done by sums of shifted points and not by matrices, so that a row is rounded alike in batches of all sizes.
    """

    def __init__(self, axis: int, event: tuple[int, ...]) -> None:
        self.places, self.others = event[axis], math.prod(event) // event[axis]
        self.back = len(event) - axis

    def colour(self, eta: Tensor) -> Tensor:
        """Correlated noise of white noise."""
        return torch.movedim(self.along(torch.movedim(eta, -self.back, -1)), -1, -self.back)

    def whiten(self, eps: Tensor) -> Tensor:
        """White noise of correlated noise."""
        return torch.movedim(self.against(torch.movedim(eps, -self.back, -1)), -1, -self.back)

    @abstractmethod
    def along(self, eta: Tensor) -> Tensor:
        """L η along the last axis."""

    @abstractmethod
    def against(self, eps: Tensor) -> Tensor:
        """L⁻¹ ε along the last axis."""

    @abstractmethod
    def log_volume(self) -> float:
        """Log |det L| of a whole event."""


class OrnsteinUhlenbeck(Colouring):
    """ε_0 = η_0, ε_i = ρ ε_(i − 1) + √(1 − ρ²) η_i, ρ = e^(−1/ℓ): L is Cholesky's lower triangle of e^(−|i − j|/ℓ)."""

    def __init__(self, length: float, axis: int, event: tuple[int, ...]) -> None:
        super().__init__(axis, event)
        self.kept, self.fresh = math.exp(-1 / length), math.sqrt(-math.expm1(-2 / length))

    def along(self, eta: Tensor) -> Tensor:
        """Sums over 1, 2, 4, … places before, each with its power of ρ."""
        total = torch.cat([eta[..., :1], self.fresh * eta[..., 1:]], -1)
        width, power = 1, self.kept
        while width < self.places:
            total = torch.cat([total[..., :width], total[..., width:] + power * total[..., :-width]], -1)
            width, power = 2 * width, power * power
        return total

    def against(self, eps: Tensor) -> Tensor:
        """(ε_i − ρ ε_(i − 1))/√(1 − ρ²)."""
        return torch.cat([eps[..., :1], (eps[..., 1:] - self.kept * eps[..., :-1]) / self.fresh], -1)

    def log_volume(self) -> float:
        """Of each line along the axis all places but the first."""
        return (self.places - 1) * self.others * math.log(self.fresh)


class SharedBase(Colouring):
    """L = √(1 − λ) I + c, a symmetric root of λ + (1 − λ) I: c = (√(1 − λ + n λ) − √(1 − λ))/n."""

    def __init__(self, share: float, axis: int, event: tuple[int, ...]) -> None:
        super().__init__(axis, event)
        self.own, self.whole = math.sqrt(1 - share), math.sqrt(1 - share + self.places * share)

    def along(self, eta: Tensor) -> Tensor:
        """The mean is made larger, what differs from it smaller."""
        mean = self._mean(eta)
        return self.whole * mean + self.own * (eta - mean)

    def against(self, eps: Tensor) -> Tensor:
        """The other way round."""
        mean = self._mean(eps)
        return mean / self.whole + (eps - mean) / self.own

    def log_volume(self) -> float:
        """Of the mean and of n − 1 differences on each line."""
        return self.others * (math.log(self.whole) + (self.places - 1) * math.log(self.own))

    def _mean(self, x: Tensor) -> Tensor:
        total = x[..., :1]
        for place in range(1, self.places):
            total = total + x[..., place : place + 1]
        return total / self.places


class Correlated(Source):
    """ε = L η, L Lᵀ = K along an axis of the event, all else independent; each number has variance 1.

    "ou": K_ij = exp(−|i − j|/ℓ), an Ornstein–Uhlenbeck process of the length ℓ = `strength` (Biloš et al. 2022,
    arXiv:2211.02590). "shared": ε_i = √λ b + √(1 − λ) r_i with one b for all i, K = λ + (1 − λ) I, λ = `strength`
    (VideoFusion, Luo et al. 2023, arXiv:2303.08320).
    """

    independent = False

    def __init__(self, kernel: KernelName, axis: int, strength: float) -> None:
        self.kernel, self.axis, self.strength = kernel, axis, strength
        self.name = f"{kernel}-{axis}-{strength:.17g}"

    def colouring(self, event: tuple[int, ...]) -> Colouring:
        """L for events of this shape; `InputError` where they do not have the axis."""
        if self.axis >= len(event) or event[self.axis] > LARGEST_AXIS:
            raise InputError(
                "the noise cannot be correlated along this axis",
                where="axis",
                given=f"axis {self.axis} of points of shape {list(event)}",
                allowed=f"0 … {len(event) - 1}, of at most {LARGEST_AXIS} places",
            )
        if self.kernel == "ou":
            return OrnsteinUhlenbeck(self.strength, self.axis, event)
        return SharedBase(self.strength, self.axis, event)

    def draw(self, rows: Rows, event: tuple[int, ...]) -> Tensor:
        """L η of the row's normal noise, as noise.gaussian has it."""
        return self.colouring(event).colour(normal(rows, event, "start").double()).float()

    def log_density(self, eps: Tensor, event: tuple[int, ...]) -> Tensor:
        """Of a normal law with the covariance K."""
        colouring, size = self.colouring(event), eps.shape[-1]
        eta = colouring.whiten(eps.reshape(*eps.shape[:-1], *event)).flatten(-len(event))
        return -0.5 * (eta.square().sum(-1) + size * math.log(2 * math.pi)) - colouring.log_volume()
