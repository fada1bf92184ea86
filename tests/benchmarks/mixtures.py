"""Random mixtures of normal laws as exact models, and where their probability flow ends; float64."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from nodes.contracts.context import Context
from nodes.contracts.levels import beside
from nodes.contracts.model import Leaf
from nodes.contracts.query import Prediction, Query
from nodes.contracts.space import Space

DIMENSIONS = (2, 4, 8)
NEARLY_ZERO = 1e-5
"""From here x0 itself is the end of the flow, but for terms of the square."""


class RandomMixture(Leaf):
    """Data of several components, none of them round, of about variance 1 in all; drawn by a seed."""

    def __init__(self, dimensions: int, components: int, seed: int) -> None:
        draw = torch.Generator().manual_seed(seed)
        self.space = Space("points", (dimensions,))
        self.weights = 0.2 + torch.rand(components, dtype=torch.float64, generator=draw)
        self.means = 0.9 * torch.randn(components, dimensions, dtype=torch.float64, generator=draw)
        self.variances = torch.exp(
            torch.empty(components, dimensions, dtype=torch.float64).uniform_(
                math.log(0.05), math.log(0.5), generator=draw
            )
        )
        square = torch.randn(components, dimensions, dimensions, dtype=torch.float64, generator=draw)
        self.axes = torch.linalg.qr(square).Q

    def cost(self, s: float) -> float:
        """One row."""
        return 1

    def predict(self, q: Query, ctx: Context) -> Prediction:
        """E[x0 | y] at y = x √(1 + s²)."""
        s = beside(q.s, q.x)
        return Prediction(self.mean_given(q.x * torch.sqrt(1 + s.square()), s))

    def mean_given(self, y: Tensor, s: Tensor) -> Tensor:
        """Σ r (mean + S (S + s²)⁻¹ (y − mean)) in the axes of each component; y [B, D], s [B, 1] or a number."""
        spread = self.variances + s.square().reshape(-1, 1, 1)
        away = torch.einsum("bkd,kde->bke", y[:, None, :] - self.means, self.axes)
        logs = self.weights.log() - 0.5 * (away.square() / spread + spread.log()).sum(-1)
        each = self.means + torch.einsum("bke,kde->bkd", self.variances / spread * away, self.axes)
        return (torch.softmax(logs, 1)[..., None] * each).sum(1)

    def flow(self, y: Tensor, start: float, end: float, steps: int = 400) -> Tensor:
        """Where the flow takes y = x0 + s ε from level to level, or to the data: dy/dλ = x0 − y by RK4."""
        last = max(end, NEARLY_ZERO)
        shrink = math.exp(-math.log(start / last) / steps / 2)
        half, s = -math.log(shrink), torch.tensor(start, dtype=torch.float64)
        for _ in range(steps):
            middle, after = s * shrink, s * shrink * shrink
            first = self.mean_given(y, s) - y
            second = self.mean_given(y + half * first, middle) - y - half * first
            third = self.mean_given(y + half * second, middle) - y - half * second
            fourth = self.mean_given(y + 2 * half * third, after) - y - 2 * half * third
            y, s = y + half / 3 * (first + 2 * second + 2 * third + fourth), after
        return self.mean_given(y, s) if end < NEARLY_ZERO else y


def random_mixtures(seed: int = 0, count: int = 3) -> list[RandomMixture]:
    """So many, of 2, 4 and 8 dimensions in turn; by default the three that our default was chosen on."""
    kinds = [number % len(DIMENSIONS) for number in range(count)]
    return [RandomMixture(DIMENSIONS[kind], 3 + kind, seed + number) for number, kind in enumerate(kinds)]
