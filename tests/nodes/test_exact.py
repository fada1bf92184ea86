"""The closed forms against sums over a grid."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from tests.nodes.exact import Law, law, measured, noised, plane, tilted

PRIOR = law([1, 2], [[0.5, -0.3], [-0.6, 0.8]], [[[0.3, 0.1], [0.1, 0.2]], [[0.15, -0.05], [-0.05, 0.4]]])


def check(found: Law, log_density: Tensor) -> None:
    """The law's moments are those of this unnormalised density on the grid."""
    points, _ = plane()
    shares = torch.softmax(log_density, 0)
    mean = shares @ points
    assert torch.allclose(found.mean(), mean, atol=1e-8)
    assert torch.allclose(found.covariance(), (points - mean).mT * shares @ (points - mean), atol=1e-8)


def test_the_density_is_one_in_all() -> None:
    points, area = plane()
    assert PRIOR.log_density(points).exp().sum().item() * area == pytest.approx(1, abs=1e-9)
    check(PRIOR, PRIOR.log_density(points))


def test_a_measured_law_is_that_of_bayes() -> None:
    points, _ = plane()
    matrix, y = torch.tensor([[1.0, 0.5]], dtype=torch.float64), torch.tensor([0.4], dtype=torch.float64)
    likelihood = -0.5 * ((points @ matrix.mT - y) / 0.3).square().sum(1)
    check(measured(PRIOR, matrix, y, 0.3), PRIOR.log_density(points) + likelihood)


def test_a_tilted_law_has_the_tilted_density() -> None:
    points, _ = plane()
    direction = torch.tensor([0.6, -1.0], dtype=torch.float64)
    found = tilted(PRIOR, direction, 0.8)
    shares = torch.softmax(PRIOR.log_density(points) + 0.8 * points @ direction, 0)
    assert torch.allclose(found.mean(), shares @ points, atol=1e-7)


def test_noise_widens_a_law() -> None:
    found = noised(PRIOR, 0.8, 0.6)
    assert torch.allclose(found.mean(), 0.8 * PRIOR.mean())
    assert torch.allclose(found.covariance(), 0.64 * PRIOR.covariance() + 0.36 * torch.eye(2).double())
