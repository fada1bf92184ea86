"""The law of a finite set of points: the model that has learnt its data by heart."""

from __future__ import annotations

import torch
from torch import Tensor

from nodes.contracts.cond import Cond
from nodes.contracts.context import Context
from nodes.contracts.levels import alpha_sigma, beside
from nodes.contracts.query import Prediction, Query
from nodes.contracts.space import Space
from nodes.exact.components import Components

SMALLEST = 1e-30
"""The least variance that distances are divided by: at s = 0 the nearest point takes all, and no number overflows."""


class Empirical(Components):
    """x0 is one of `points` [K, *event]: E[x0 | x] = Σ softmax(−|x − α a_k|²/2σ² + log w_k) a_k.

    The noise of different places is independent, so levels may differ by place, those that are known being at s = 0.
    """

    abilities = frozenset({"prompt", "conditional", "differentiable", "level_map"})

    def __init__(self, space: Space, points: Tensor, weights: Tensor, classes: tuple[str, ...]) -> None:
        super().__init__(space, weights, classes)
        self.points = points

    def predict(self, q: Query, ctx: Context) -> Prediction:
        """The points, weighed by how well each explains x."""
        shares = self.responsibilities(q.x, q.s, q.cond)
        return Prediction(torch.einsum("bk,kd->bd", shares, self._flat(q.x)).reshape(q.x.shape))

    def log_parts(self, x: Tensor, s: Tensor) -> Tensor:
        """−|x − α a_k|²/2σ², [B, K]; at s = 0 with a variance that is as good as 0."""
        alpha, sigma = self._coefficients(x, s)
        offsets = x.flatten(1)[:, None] - alpha * self._flat(x)
        return -0.5 * (offsets.square() / sigma.square().clamp(min=SMALLEST)).sum(2)

    def log_common(self, x: Tensor, s: Tensor) -> Tensor:
        """−½ Σ log 2πσ²."""
        _, sigma = self._coefficients(x, s)
        return -0.5 * torch.log(2 * torch.pi * sigma.square().clamp(min=SMALLEST)).sum((1, 2))

    def score(self, x: Tensor, s: Tensor, cond: Cond | None = None) -> Tensor:
        """∇ log p(x) at level s > 0, [B, *event]."""
        alpha, sigma = (beside(value.to(x.dtype), x) for value in alpha_sigma(s))
        shares = self.responsibilities(x, s, cond)
        x0 = torch.einsum("bk,kd->bd", shares, self._flat(x)).reshape(x.shape)
        return (alpha * x0 - x) / sigma.square()

    def posterior_covariance(self, x: Tensor, s: Tensor, cond: Cond | None = None) -> Tensor:
        """Cov[x0 | x] at level s, [B, D, D]."""
        shares, points = self.responsibilities(x, s, cond), self._flat(x)
        apart = points - torch.einsum("bk,kd->bd", shares, points)[:, None]
        return torch.einsum("bk,bkd,bke->bde", shares, apart, apart)

    @staticmethod
    def _coefficients(x: Tensor, s: Tensor) -> tuple[Tensor, Tensor]:
        """α and σ at every place, [B, 1, D]."""
        alpha, sigma = (beside(value.to(x.dtype), x).expand_as(x).flatten(1)[:, None] for value in alpha_sigma(s))
        return alpha, sigma

    def _flat(self, x: Tensor) -> Tensor:
        return self.own(self.points, x).flatten(1)
