"""A mixture of Gaussians, noised to any level."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.cond import Cond
from nodes.contracts.context import Context
from nodes.contracts.levels import alpha_sigma, beside
from nodes.contracts.query import Prediction, Query
from nodes.contracts.space import Space
from nodes.exact.components import Components


class Mixture(Components):
    """x0 ~ Σ w_k N(m_k, C_k).

    At level s component k is N(α m_k, S_k) with S_k = α² C_k + σ² I, and E[x0 | x, k] = m_k + α C_k S_k⁻¹ (x − α m_k):
    in the eigenvectors of C_k all matrices are diagonal. `means` [K, D], D = the size of an event; `covariances`
    [K, D, D], or [K, D] where they are diagonal: then levels may differ by place.
    """

    def __init__(
        self, space: Space, means: Tensor, covariances: Tensor, weights: Tensor, classes: tuple[str, ...]
    ) -> None:
        super().__init__(space, weights, classes)
        self.means = means.double()
        self.vectors: Tensor | None = None
        self.abilities = frozenset({"prompt", "differentiable"})
        if covariances.ndim == means.ndim:
            self.values = covariances.double()
            self.abilities |= {"level_map"}
        else:
            self.values, self.vectors = torch.linalg.eigh(covariances.double())
        lowest = float(self.values.min())
        if not lowest > 0:
            raise InputError(
                "a covariance is not positive definite",
                given=f"a variance of {lowest:g} in some direction",
                allowed="variances above 0",
            )

    def predict(self, q: Query, ctx: Context) -> Prediction:
        """E[x0 | x], the components weighed by their responsibilities."""
        each = self._means_of_x0(q.x, q.s)
        shares = self.responsibilities(q.x, q.s, q.cond)
        return Prediction(torch.einsum("bk,bkd->bd", shares, each).reshape(q.x.shape))

    def log_parts(self, x: Tensor, s: Tensor) -> Tensor:
        """The log of N(x; α m_k, S_k), [B, K], without the power of 2π."""
        offsets, spread, _, _ = self._eigen(x, s)
        return -0.5 * (offsets.square() / spread + torch.log(spread)).sum(2)

    def log_common(self, x: Tensor, s: Tensor) -> Tensor:
        """−½ D log 2π."""
        return x.new_full((len(x),), -0.5 * self.means.shape[1] * math.log(2 * math.pi))

    def score(self, x: Tensor, s: Tensor, cond: Cond | None = None) -> Tensor:
        """∇ log p(x) at level s = −Σ r_k S_k⁻¹ (x − α m_k), [B, *event]."""
        offsets, spread, _, _ = self._eigen(x, s)
        shares = self.responsibilities(x, s, cond)
        return -torch.einsum("bk,bkd->bd", shares, self._back(offsets / spread)).reshape(x.shape)

    def posterior_covariance(self, x: Tensor, s: Tensor, cond: Cond | None = None) -> Tensor:
        """Cov[x0 | x] at level s, [B, D, D]: within the components and between their means."""
        _, spread, _, sigma = self._eigen(x, s)
        shares, each = self.responsibilities(x, s, cond), self._means_of_x0(x, s)
        within = torch.diag_embed(self.own(self.values, x) * sigma.square() / spread)
        if self.vectors is not None:
            vectors = self.own(self.vectors, x)
            within = vectors @ within @ vectors.mT
        apart = each - torch.einsum("bk,bkd->bd", shares, each)[:, None]
        return torch.einsum("bk,bkde->bde", shares, within + apart[..., :, None] * apart[..., None, :])

    def _means_of_x0(self, x: Tensor, s: Tensor) -> Tensor:
        """E[x0 | x, k], [B, K, D]."""
        offsets, spread, alpha, _ = self._eigen(x, s)
        return self.own(self.means, x) + self._back(alpha * self.own(self.values, x) / spread * offsets)

    def _eigen(self, x: Tensor, s: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """The offsets x − α m_k in the eigenvectors, the eigenvalues of S_k, [B, K, D]; α and σ, [B, 1, 1 or D]."""
        alpha, sigma = (self._spread_out(value, x) for value in alpha_sigma(s))
        offsets = x.flatten(1)[:, None] - alpha * self.own(self.means, x)
        if self.vectors is not None:
            offsets = torch.einsum("bkd,kde->bke", offsets, self.own(self.vectors, x))
        spread = alpha.square() * self.own(self.values, x) + sigma.square()
        return offsets, spread, alpha, sigma

    def _back(self, coordinates: Tensor) -> Tensor:
        """Vectors [B, K, D] given in the eigenvectors."""
        if self.vectors is None:
            return coordinates
        return torch.einsum("bke,kde->bkd", coordinates, self.own(self.vectors, coordinates))

    @staticmethod
    def _spread_out(values: Tensor, x: Tensor) -> Tensor:
        """Coefficients [B] as [B, 1, 1]; coefficients [B, *map] as [B, 1, D]."""
        coefficients = beside(values.to(x.dtype), x)
        if values.ndim == 1:
            return coefficients.reshape(-1, 1, 1)
        return coefficients.expand_as(x).flatten(1)[:, None]
