"""The noise level s = σ/α in [0, inf], and the coordinate x = (x0 + s·ε)/√(1 + s²), finite at both ends."""

from __future__ import annotations

import torch
from torch import Tensor

from graphs import data
from nodes.contracts.devices import moved


@data(colour="#8a94a6")
class Levels:
    """Noise levels to step through, in the order of the steps.

    `s` is float64 [N + 1], or [N + 1, B] where the rows differ; each in [0, inf]. They may rise. On the CPU always.
    """

    s: Tensor

    def describe(self) -> str:
        """The number of steps and both ends."""
        return f"{len(self.s) - 1} steps from {float(self.s[0].max()):.4g} to {float(self.s[-1].min()):.4g}"

    def rows(self, count: int) -> Tensor:
        """The levels of each of `count` rows, [N + 1, count]."""
        s = self.s.double()
        return s if s.ndim > 1 else s[:, None].expand(-1, count)


def alpha_sigma(s: Tensor) -> tuple[Tensor, Tensor]:
    """α = 1/√(1 + s²) and σ = s/√(1 + s²), float64, right at s = inf too."""
    s = s.double()
    alpha = 1.0 / torch.sqrt(1.0 + s.square())
    return alpha, torch.where(torch.isinf(s), 1.0, s * alpha)


def beside(values: Tensor, x: Tensor) -> Tensor:
    """Per-row values [B] with the axes of x appended and on its device, so that they multiply it."""
    return moved(values.reshape(*values.shape, *(1,) * (x.ndim - values.ndim)), x.device)


def factor(values: Tensor, x: Tensor) -> Tensor:
    """Per-row coefficients [B], computed in float64, to multiply x with: beside it and in its type."""
    return beside(values.to(x.dtype), x)


def place(x0: Tensor, eps: Tensor, s: Tensor) -> Tensor:
    """The point x = α x0 + σ ε at level s [B]; float64 coefficients, the result in the type of x0."""
    alpha, sigma = alpha_sigma(s)
    return factor(alpha, x0) * x0 + factor(sigma, x0) * eps


def eps_of(x: Tensor, x0: Tensor, s: Tensor) -> Tensor:
    """The ε that belongs to (x, x0) at level s > 0: (x − α x0)/σ; at s = inf it is x."""
    alpha, sigma = alpha_sigma(s)
    return (x - factor(alpha, x) * x0) / factor(sigma, x)
