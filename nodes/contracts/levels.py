"""The noise level s = σ/α in [0, inf], and the coordinate x = (x0 + s·ε)/√(1 + s²), finite at both ends.

A level is one number for each row, [B], or one for each place, as [B, 1, H, W]: float64, on the CPU.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from graphs import data
from nodes.contracts.devices import moved
from nodes.contracts.rows import Rows


@data(colour="#8a94a6")
class Levels:
    """Noise levels to step through, in the order of the steps.

    `s` is float64 [N + 1]; [N + 1, R] where rows differ: row r takes column `origin mod R`; or [N + 1, R, *map] where
    places differ, as [N + 1, 1, 1, H, W]. Each in [0, inf]. They may rise. On the CPU always.
    """

    s: Tensor

    def describe(self) -> str:
        """The number of steps and both ends."""
        return f"{len(self)} steps from {float(self.s[0].max()):.4g} to {float(self.s[-1].min()):.4g}"

    def preview(self) -> bytes:
        """The levels over the steps as a small plot, a PNG."""
        from nodes.plotting.drawing import png
        from nodes.plotting.grids import grid_plot

        return png(grid_plot([self], [""], "log_snr"), 1)

    def __len__(self) -> int:
        """The number of steps."""
        return len(self.s) - 1

    def of(self, rows: Rows) -> Tensor:
        """The levels of these rows, [N + 1, B] or [N + 1, B, *map]."""
        s = self.s.double()
        return s[:, None].expand(-1, len(rows)) if s.ndim == 1 else s[:, rows.origin % s.shape[1]]


def alpha_sigma(s: Tensor) -> tuple[Tensor, Tensor]:
    """α = 1/√(1 + s²) and σ = s/√(1 + s²), float64, right at s = inf too."""
    s = s.double()
    alpha = torch.rsqrt(s * s + 1.0)
    return alpha, (s * alpha).masked_fill(s == torch.inf, 1.0)


def angle(s: Tensor) -> Tensor:
    """The level as φ = atan(s) in [0, π/2]: α = cos φ, σ = sin φ. A coordinate with both ends finite."""
    return torch.atan(s.double())


def log_snr(s: Tensor) -> Tensor:
    """λ = log(α/σ) = −ln s, half the log of the signal-to-noise ratio: inf at s = 0, −inf at s = inf."""
    return -torch.log(s.double())


def any_place(condition: Tensor) -> Tensor:
    """For each row [B], whether a condition on levels [B] or [B, *map] holds at any place."""
    return condition.flatten(1).any(1) if condition.ndim > 1 else condition


def beside(values: Tensor, x: Tensor) -> Tensor:
    """Values [B] or [B, *map] with the axes of x appended and on its device, so that they multiply it."""
    return moved(values.reshape(*values.shape, *(1,) * (x.ndim - values.ndim)), x.device)


def factor(values: Tensor, x: Tensor) -> Tensor:
    """Coefficients of levels, computed in float64, to multiply x with: beside it and in its type."""
    return beside(values.to(x.dtype), x)


def combined(weights: Sequence[Tensor], tensors: Sequence[Tensor]) -> Tensor:
    """Σ weight · tensor for weights of levels, in float64: a new tensor like the first, made in one pass a term.

    The weights lie on one device, the host's or that of the tensors.
    """
    like, *others = tensors
    shares = torch.stack(tuple(weights)).to(like.dtype)
    first, *later = moved(shares.reshape(*shares.shape, *(1,) * (like.ndim + 1 - shares.ndim)), like.device).unbind()
    total = first * like
    for share, tensor in zip(later, others, strict=True):
        total.addcmul_(share, tensor)
    return total


def place(x0: Tensor, eps: Tensor, s: Tensor) -> Tensor:
    """The point x = α x0 + σ ε at level s; float64 coefficients, the result in the type of x0."""
    return combined(alpha_sigma(s), (x0, eps))


def eps_of(x: Tensor, x0: Tensor, s: Tensor) -> Tensor:
    """The ε that belongs to (x, x0) at level s: (x − α x0)/σ; at s = inf it is x.

    At s = 0, where there is no noise to see, it is 0: the limit for any law that has a density.
    """
    alpha, sigma = alpha_sigma(s)
    return torch.addcmul(x, factor(-alpha, x), x0).div_(factor(sigma.masked_fill(sigma == 0, torch.inf), x))


def by_x(of_x0: Tensor, of_eps: Tensor, s: Tensor) -> tuple[Tensor, Tensor]:
    """The factors of x0 and x in a sum that has these of x0 and of `eps_of(x, x0, s)`, which is not made then."""
    _, sigma = alpha_sigma(s)
    data = s == 0
    return of_x0 - of_eps / s.masked_fill(data, torch.inf), of_eps / sigma.masked_fill(data, torch.inf)
