"""Normal noise whose numbers along an axis are correlated."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from graphs.errors import InputError
from nodes.contracts.devices import moved
from nodes.contracts.draws import normal
from nodes.contracts.identity import Identified
from nodes.contracts.rows import Rows
from nodes.contracts.source import Source

KernelName: TypeAlias = Literal["ou", "shared"]
LARGEST_AXIS = 4096
"""Places along the axis, at the most: the covariance is held as a matrix."""


class Colouring(Identified):
    """ε = L η along an axis of an event, and η = L⁻¹ ε: `root` L and `inverse` [n, n] float64."""

    def __init__(self, root: Tensor, axis: int, axes: int) -> None:
        self.root, self.axis, self.axes = root, axis, axes
        self.inverse = torch.linalg.solve_triangular(root, torch.eye(len(root), dtype=root.dtype), upper=False)

    def colour(self, eta: Tensor) -> Tensor:
        """Correlated noise [..., *event] of white noise."""
        return self._along(eta, self.root)

    def whiten(self, eps: Tensor) -> Tensor:
        """White noise [..., *event] of correlated noise."""
        return self._along(eps, self.inverse)

    def log_volume(self, size: int) -> float:
        """Log |det| of the whole of L on an event of so many numbers."""
        return float(self.root.diagonal().log().sum()) * (size // len(self.root))

    def _along(self, x: Tensor, matrix: Tensor) -> Tensor:
        place = x.ndim - self.axes + self.axis
        own = moved(matrix.to(x.dtype), x.device)
        return torch.movedim(torch.movedim(x, place, -1) @ own.mT, -1, place)


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

    def covariance(self, size: int) -> Tensor:
        """K for so many places, float64."""
        if self.kernel == "shared":
            unit = torch.eye(size, dtype=torch.float64)
            return self.strength + (1 - self.strength) * unit
        places = torch.arange(size, dtype=torch.float64)
        return torch.exp(-(places[:, None] - places).abs() / self.strength)

    def colouring(self, event: tuple[int, ...]) -> Colouring:
        """L for events of this shape; `InputError` where they do not have the axis."""
        if self.axis >= len(event) or event[self.axis] > LARGEST_AXIS:
            raise InputError(
                "the noise cannot be correlated along this axis",
                where="axis",
                given=f"axis {self.axis} of points of shape {list(event)}",
                allowed=f"0 … {len(event) - 1}, of at most {LARGEST_AXIS} places",
            )
        return Colouring(torch.linalg.cholesky(self.covariance(event[self.axis])), self.axis, len(event))

    def draw(self, rows: Rows, event: tuple[int, ...]) -> Tensor:
        """L η of the row's normal noise, as noise.gaussian has it."""
        return self.colouring(event).colour(normal(rows, event, "start").double()).float()

    def log_density(self, eps: Tensor, event: tuple[int, ...]) -> Tensor:
        """Of a normal law with the covariance K."""
        colouring, size = self.colouring(event), eps.shape[-1]
        eta = colouring.whiten(eps.reshape(*eps.shape[:-1], *event)).flatten(-len(event))
        return -0.5 * (eta.square().sum(-1) + size * math.log(2 * math.pi)) - colouring.log_volume(size)
