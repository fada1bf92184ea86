"""A mixture of Gaussians, noised to any level."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.cond import Cond
from nodes.contracts.context import Context
from nodes.contracts.levels import alpha_sigma, beside
from nodes.contracts.query import Prediction, Query
from nodes.contracts.space import Space
from nodes.exact.components import Components


class Noised(NamedTuple):
    """Points seen by each component: x − α m_k, S_k⁻¹ of it [B, K, D], log det S_k [B, K], and α [B, 1, 1 or D]."""

    offsets: Tensor
    solved: Tensor
    log_volume: Tensor
    alpha: Tensor

    def log_density(self) -> Tensor:
        """The log of N(x; α m_k, S_k), [B, K], without the power of 2π."""
        return -0.5 * ((self.offsets * self.solved).sum(2) + self.log_volume)


def row_times(rows: Tensor, matrices: Tensor) -> Tensor:
    """Vectors [B, K, D] times the matrices [K, D, E] of their components, [B, K, E].

    Summed place by place: a product of whole matrices rounds differently where there are more rows.
    """
    total = rows[..., :1] * matrices[:, 0]
    for place in range(1, rows.shape[2]):
        total = total + rows[..., place, None] * matrices[:, place]
    return total


class Mixture(Components):
    """x0 ~ Σ w_k N(m_k, C_k).

    At level s component k is N(α m_k, S_k) with S_k = α C_k α + σ², and E[x0 | x, k] = m_k + C_k α S_k⁻¹ (x − α m_k);
    α and σ are diagonal matrices where levels differ by place. `means` [K, D], D = the size of an event; `covariances`
    [K, D, D], or [K, D] where they are diagonal.
    """

    abilities = frozenset({"prompt", "conditional", "differentiable", "level_map"})

    def __init__(
        self, space: Space, means: Tensor, covariances: Tensor, weights: Tensor, classes: tuple[str, ...]
    ) -> None:
        super().__init__(space, weights, classes)
        self.means, self.covariances = means.double(), covariances.double()
        self.values, self.vectors = self.covariances, None
        if covariances.ndim > means.ndim:
            self.values, self.vectors = torch.linalg.eigh(self.covariances)
        lowest = float(self.values.min())
        if not lowest > 0:
            raise InputError(
                "a covariance is not positive definite",
                given=f"a variance of {lowest:g} in some direction",
                allowed="variances above 0",
                mend="set standard deviations above 0, or add a small number to the diagonal of the covariance",
            )

    def predict(self, q: Query, ctx: Context) -> Prediction:
        """E[x0 | x], the components weighed by their responsibilities."""
        seen = self.noised(q.x, q.s)
        shares = self.shares(seen.log_density(), q.cond, q.x)
        each = self._means_of_x0(seen)
        return Prediction(torch.einsum("bk,bkd->bd", shares, each).reshape(q.x.shape))

    def log_parts(self, x: Tensor, s: Tensor) -> Tensor:
        """The log of N(x; α m_k, S_k), [B, K], without the power of 2π."""
        return self.noised(x, s).log_density()

    def log_common(self, x: Tensor, s: Tensor) -> Tensor:
        """−½ D log 2π."""
        return x.new_full((len(x),), -0.5 * self.means.shape[1] * math.log(2 * math.pi))

    def score(self, x: Tensor, s: Tensor, cond: Cond | None = None) -> Tensor:
        """∇ log p(x) at level s = −Σ r_k S_k⁻¹ (x − α m_k), [B, *event]."""
        seen = self.noised(x, s)
        shares = self.shares(seen.log_density(), cond, x)
        return -torch.einsum("bk,bkd->bd", shares, seen.solved).reshape(x.shape)

    def posterior_covariance(self, x: Tensor, s: Tensor, cond: Cond | None = None) -> Tensor:
        """Cov[x0 | x] at level s, [B, D, D]: C_k − C_k α S_k⁻¹ α C_k within the components, and between their means."""
        shares, each = self.responsibilities(x, s, cond), self._means_of_x0(self.noised(x, s))
        covariances = self._matrices(x)
        alpha, sigma = self.coefficients(x, s)
        seen = covariances * alpha[..., None, :]
        spread = alpha[..., :, None] * seen + torch.diag_embed((sigma.square() + 0 * alpha).expand_as(each[:, :1]))
        within = covariances - seen @ torch.linalg.solve(spread, seen.mT)
        apart = each - torch.einsum("bk,bkd->bd", shares, each)[:, None]
        return torch.einsum("bk,bkde->bde", shares, within + apart[..., :, None] * apart[..., None, :])

    def noised(self, x: Tensor, s: Tensor) -> Noised:
        """What each component sees; by eigenvectors, unless levels differ by place where these are not the axes."""
        alpha, sigma = self.coefficients(x, s)
        offsets = x.flatten(1)[:, None] - alpha * self.own(self.means, x)
        if self.vectors is not None and s.ndim > 1:
            matrices = alpha[..., None] * self._matrices(x) * alpha[..., None, :]
            root = torch.linalg.cholesky(matrices + torch.diag_embed(sigma.square()))
            solved = torch.cholesky_solve(offsets[..., None], root)[..., 0]
            return Noised(offsets, solved, 2 * root.diagonal(dim1=-2, dim2=-1).log().sum(-1), alpha)
        spread = alpha.square() * self.own(self.values, x) + sigma.square()
        volume = spread.log().sum(2)
        return Noised(offsets, self.from_axes(self.to_axes(offsets) / spread), volume, alpha)

    def to_axes(self, offsets: Tensor) -> Tensor:
        """Vectors [B, K, D] in the eigenvectors of each component."""
        if self.vectors is None:
            return offsets
        return row_times(offsets, self.own(self.vectors, offsets))

    def from_axes(self, coordinates: Tensor) -> Tensor:
        """Vectors [B, K, D] that are given in the eigenvectors."""
        if self.vectors is None:
            return coordinates
        return row_times(coordinates, self.own(self.vectors, coordinates).mT)

    @staticmethod
    def coefficients(x: Tensor, s: Tensor) -> tuple[Tensor, Tensor]:
        """α and σ, [B, 1, 1], or [B, 1, D] where levels differ by place."""
        alpha, sigma = (beside(value.to(x.dtype), x) for value in alpha_sigma(s))
        if s.ndim == 1:
            return alpha.reshape(-1, 1, 1), sigma.reshape(-1, 1, 1)
        return alpha.expand_as(x).flatten(1)[:, None], sigma.expand_as(x).flatten(1)[:, None]

    def _means_of_x0(self, seen: Noised) -> Tensor:
        """E[x0 | x, k], [B, K, D]."""
        return self.own(self.means, seen.solved) + self._spread(seen.alpha * seen.solved)

    def _spread(self, vectors: Tensor) -> Tensor:
        """C_k times vectors [B, K, D]."""
        covariances = self.own(self.covariances, vectors)
        return covariances * vectors if self.vectors is None else row_times(vectors, covariances)

    def _matrices(self, x: Tensor) -> Tensor:
        """C_k as whole matrices, [K, D, D]."""
        covariances = self.own(self.covariances, x)
        return torch.diag_embed(covariances) if self.vectors is None else covariances
