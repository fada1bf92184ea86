"""An exact model for tests: data from a mixture of three normal laws in the plane, none of them round."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from nodes.contracts.context import Context
from nodes.contracts.levels import beside
from nodes.contracts.model import Leaf
from nodes.contracts.query import Prediction, Query
from nodes.contracts.space import Space

WEIGHTS = torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64)
MEANS = torch.tensor([[1.0, 0.0], [-0.6, 0.8], [-0.3, -1.0]], dtype=torch.float64)
VARIANCES = torch.tensor([[0.35, 0.10], [0.08, 0.22], [0.15, 0.40]], dtype=torch.float64)
"""Of each component along its own axes."""
ANGLES = torch.tensor([0.4, -0.5, 0.0], dtype=torch.float64)
AXES = torch.stack([ANGLES.cos(), -ANGLES.sin(), ANGLES.sin(), ANGLES.cos()], 1).reshape(3, 2, 2)
"""The axes of each component, as columns."""


class Mixture(Leaf):
    """x0 ~ Σ w N(mean, covariance), in float64; finite levels."""

    space = Space("plane", (2,))

    def cost(self, s: float) -> float:
        """One row."""
        return 1

    def predict(self, q: Query, ctx: Context) -> Prediction:
        """E[x0 | y] at y = x √(1 + s²)."""
        return Prediction(posterior_mean(q.x * torch.sqrt(1 + beside(q.s, q.x).square()), q.s))


def posterior_mean(y: Tensor, s: Tensor) -> Tensor:
    """Σ r (mean + S (S + s²)⁻¹ (y − mean)) with r ∝ w N(y; mean, S + s²), in the axes of each S; y [B, 2], s [B]."""
    spread = VARIANCES + s.square()[:, None, None]
    away = torch.einsum("bkd,kde->bke", y[:, None, :] - MEANS, AXES)
    logs = WEIGHTS.log() - 0.5 * (away.square() / spread + spread.log()).sum(-1)
    each = MEANS + torch.einsum("bke,kde->bkd", VARIANCES / spread * away, AXES)
    return (torch.softmax(logs, 1)[..., None] * each).sum(1)


def flow_along(x: Tensor, start: float, end: float, steps: int = 300) -> Tensor:
    """Where the probability flow takes x from level to level: dy/dλ = −s ε = −(y − x0), by Runge and Kutta's fourth."""
    y = x * math.sqrt(1 + start * start)
    s = torch.full((len(x),), start, dtype=torch.float64)
    half = math.log(start / end) / steps / 2
    shrink = math.exp(-half)

    def slope(point: Tensor, level: Tensor) -> Tensor:
        return posterior_mean(point, level) - point

    for _ in range(steps):
        middle, after = s * shrink, s * shrink * shrink
        first = slope(y, s)
        second = slope(y + half * first, middle)
        third = slope(y + half * second, middle)
        fourth = slope(y + 2 * half * third, after)
        y, s = y + half / 3 * (first + 2 * second + 2 * third + fourth), after
    return y / math.sqrt(1 + end * end)
