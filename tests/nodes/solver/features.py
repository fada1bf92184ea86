"""How far samples of the plane's mixture are from its law: means, squares, waves, against their exact values."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from tests.nodes.exact_mixture import AXES, MEANS, VARIANCES, WEIGHTS

WAVES = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [2.0, -1.0]], dtype=torch.float64)
COVARIANCES = torch.einsum("kde,ke,kfe->kdf", AXES, VARIANCES, AXES)


def drawn(count: int, s: float, seed: int = 5) -> Tensor:
    """So many points x [count, 2] of the law at level s."""
    draw = torch.Generator().manual_seed(seed)
    component = torch.multinomial(WEIGHTS, count, replacement=True, generator=draw)
    along, noise = torch.randn(2, count, 2, dtype=torch.float64, generator=draw)
    x0 = MEANS[component] + torch.einsum("bde,be->bd", AXES[component], VARIANCES[component].sqrt() * along)
    x: Tensor = (x0 + s * noise) / math.sqrt(1 + s * s)
    return x


def of_law(s: float) -> Tensor:
    """The exact features at level s: E cos and E sin of four waves, E x and E x²."""
    alpha = 1 / math.sqrt(1 + s * s)
    means = alpha * MEANS
    covariances = alpha * alpha * (COVARIANCES + s * s * torch.eye(2, dtype=torch.float64))
    damped = torch.exp(-torch.einsum("wd,kde,we->wk", WAVES, covariances, WAVES) / 2)
    phase = WAVES @ means.T
    squares = torch.diagonal(covariances, dim1=1, dim2=2) + means.square()
    return torch.cat(
        [(damped * phase.cos()) @ WEIGHTS, (damped * phase.sin()) @ WEIGHTS, WEIGHTS @ means, WEIGHTS @ squares]
    )


def of_points(x: Tensor) -> Tensor:
    """Those of points x [N, 2]."""
    phase = x @ WAVES.T
    return torch.cat([phase.cos().mean(0), phase.sin().mean(0), x.mean(0), x.square().mean(0)])


def error(x: Tensor, s: float) -> float:
    """The RMS difference of the features of points x [..., 2] from those of the law at s."""
    return float((of_points(x.reshape(-1, 2)) - of_law(s)).square().mean().sqrt())
