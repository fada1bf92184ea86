"""Closed forms to hold samplers against: what a Gaussian mixture becomes when it is measured or tilted."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor


class Law(NamedTuple):
    """Σ w_k N(m_k, C_k): weights [K] with the sum 1, means [K, D], covariances [K, D, D]; float64."""

    weights: Tensor
    means: Tensor
    covariances: Tensor

    def mean(self) -> Tensor:
        """E[x], [D]."""
        return self.weights @ self.means

    def covariance(self) -> Tensor:
        """Cov[x], [D, D]: within the components and between them."""
        apart = self.means - self.mean()
        return torch.einsum("k,kde->de", self.weights, self.covariances) + apart.mT * self.weights @ apart

    def log_density(self, x: Tensor) -> Tensor:
        """The log density of points [B, D]."""
        parts = log_normal(x[:, None], self.means, self.covariances)
        return torch.logsumexp(parts + self.weights.log(), 1)


def log_normal(x: Tensor, mean: Tensor, covariance: Tensor) -> Tensor:
    """log N(x; mean, covariance) by inverting the whole matrix; [..., D] and [..., D, D]."""
    apart = (x - mean)[..., None]
    distance: Tensor = (apart * torch.linalg.inv(covariance) @ apart).sum((-2, -1))
    volume: Tensor = torch.logdet(2 * math.pi * covariance)
    return -0.5 * (distance + volume)


def law(weights: list[float], means: list[list[float]], covariances: list[list[list[float]]]) -> Law:
    """A law from plain numbers; the weights are brought to the sum 1."""
    share = torch.tensor(weights, dtype=torch.float64)
    as_tensors = (torch.tensor(means, dtype=torch.float64), torch.tensor(covariances, dtype=torch.float64))
    return Law(share / share.sum(), *as_tensors)


def noised(prior: Law, alpha: float, sigma: float) -> Law:
    """The law of α x0 + σ ε."""
    unit = torch.eye(prior.means.shape[1], dtype=torch.float64)
    return Law(prior.weights, alpha * prior.means, alpha**2 * prior.covariances + sigma**2 * unit)


def measured(prior: Law, matrix: Tensor, y: Tensor, sigma: float) -> Law:
    """The law of x given y = A x + n, n ~ N(0, σ² I): Λ = C⁻¹ + AᵀA/σ², mean Λ⁻¹ (C⁻¹ m + Aᵀ y/σ²)."""
    inverse = torch.linalg.inv(prior.covariances)
    covariances = torch.linalg.inv(inverse + matrix.mT @ matrix / sigma**2)
    pull = (inverse @ prior.means[..., None])[..., 0] + matrix.mT @ y / sigma**2
    seen = matrix @ prior.covariances @ matrix.mT + sigma**2 * torch.eye(len(y), dtype=torch.float64)
    evidence = log_normal(y, prior.means @ matrix.mT, seen)
    weights = torch.softmax(prior.weights.log() + evidence, 0)
    return Law(weights, (covariances @ pull[..., None])[..., 0], covariances)


def tilted(prior: Law, direction: Tensor, strength: float) -> Law:
    """The law with density ∝ p(x) exp(strength · direction·x)."""
    shifts = strength * prior.covariances @ direction
    gains = strength * prior.means @ direction + strength / 2 * shifts @ direction
    return Law(torch.softmax(prior.weights.log() + gains, 0), prior.means + shifts, prior.covariances)


def plane(reach: float = 6.0, count: int = 241) -> tuple[Tensor, float]:
    """A grid over [−reach, reach]², [count², 2], and the area of its cells: for integrals by brute force."""
    line = torch.linspace(-reach, reach, count, dtype=torch.float64)
    return torch.cartesian_prod(line, line), (2 * reach / (count - 1)) ** 2


def posterior_by_force(prior: Law, x: Tensor, alpha: Tensor, sigma: Tensor) -> tuple[Tensor, Tensor]:
    """E[x0 | x] and Cov[x0 | x] for one point x [2] by summing over a grid; α and σ [2] may differ by coordinate."""
    points, _ = plane()
    noise = -0.5 * ((x - alpha * points) / sigma).square().sum(1)
    shares = torch.softmax(prior.log_density(points) + noise, 0)
    mean = shares @ points
    return mean, (points - mean).mT * shares @ (points - mean)
