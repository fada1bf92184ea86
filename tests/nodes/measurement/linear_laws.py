"""Closed forms for tests of posterior models: operators as matrices, and the moments of a sampler without draws."""

from __future__ import annotations

import itertools

import torch
from torch import Tensor

from nodes.contracts.asking import predict
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.contracts.operator import Measurement, Operator
from nodes.contracts.rows import Rows
from tests.nodes.gaussian import context, query
from tests.nodes.solvers import ancestral

ONE = Measurement(torch.tensor([[2.0]], dtype=torch.float64), 0.5)
"""Of N(0, 1) through the identity: the posterior is 1.6 ± 0.4472."""


def matrix_of(operator: Operator, event: tuple[int, ...]) -> Tensor:
    """A as a matrix [M, D] of what it does to the unit vectors."""
    size = torch.Size(event).numel()
    units = torch.eye(size, dtype=torch.float64).reshape(size, *event)
    rows = Rows(torch.zeros(size, dtype=torch.int64), torch.zeros(size, dtype=torch.int64))
    return operator.apply(units, rows).flatten(1).T


def posterior_of(matrix: Tensor, y: Tensor, sigma: float, mean: Tensor, covariance: Tensor) -> tuple[Tensor, Tensor]:
    """Mean [B, D] and covariance of x ~ N(mean, covariance), given y = A x + sigma n; y [B, M]."""
    seen = matrix @ covariance @ matrix.T + sigma**2 * torch.eye(len(matrix), dtype=torch.float64)
    gain = covariance @ matrix.T @ torch.linalg.inv(seen)
    return mean + (y - mean @ matrix.T) @ gain.T, covariance - gain @ matrix @ covariance


def variance_preserving(steps: int) -> Levels:
    """The levels of the linear β from 0.1 to 20, even in time."""
    time = torch.linspace(1, 0, steps + 1, dtype=torch.float64)
    return Levels(torch.sqrt(torch.expm1(0.1 * time + 19.9 * time**2 / 2)))


def moments(model: Model, steps: int = 1000) -> tuple[float, float]:
    """Mean and deviation of what ancestral steps make of N(0, 1) by a model that is affine in a number x."""
    mean, variance = torch.zeros(1, dtype=torch.float64), torch.ones(1, dtype=torch.float64)
    probes = torch.tensor([[0.0], [1.0]], dtype=torch.float64)
    for now, after in itertools.pairwise(variance_preserving(steps).s):
        x0 = predict(model, query(probes, float(now)), context()).x0
        ends, up = ancestral(probes, x0, now.expand(2), after.expand(2))
        gain = ends[1] - ends[0]
        mean, variance = ends[0] + gain * mean, gain**2 * variance + up[:1] ** 2
    return float(mean), float(variance.sqrt())
