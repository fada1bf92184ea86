"""Posterior components against the covariance of a Gaussian and of a mixture."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from graphs import InputError, RunContext
from graphs.running.context import Meter
from nodes.contracts.media import Image
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.diagnosis.posterior_components import Components, posterior_components
from nodes.exact.gaussian import Gaussian
from nodes.exact.mixture import Mixture
from tests.laws.subjects import finished
from tests.nodes.measurement.toys import clean
from tests.oracles import Oracle

EVENT = (1, 2, 3)
S = 0.7
SPACE = Space("plane", EVENT)


def noised(count: int = 2) -> Sample:
    """Points at level S."""
    sample = clean(count, EVENT)
    return Sample(sample.x, torch.full((count,), S, dtype=torch.float64), SPACE, sample.rows)


def components(model: Model, region: Image | None = None, **settings: int) -> tuple[Components, Meter]:
    """What it finds."""
    meter = Meter()
    steps = posterior_components(
        noised(),
        model,
        region,
        num_components=2,
        iterations=settings.get("iterations", 40),
        step=1e-5,
        run=RunContext(meter),
    )
    value = finished(steps)
    assert isinstance(value, Components)
    return value, meter


def covariance() -> Tensor:
    """One with well parted eigenvalues."""
    basis, _ = torch.linalg.qr(torch.randn(6, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(1)))
    values = torch.tensor([3.0, 1.0, 0.3, 0.1, 0.05, 0.01], dtype=torch.float64)
    made: Tensor = basis @ torch.diag(values) @ basis.T
    return made


def eigenvalues(found: Components) -> Tensor:
    """[rows, n]."""
    column = dict(found.eigenvalues.columns)["eigenvalue"]
    return torch.tensor([value for value in column if isinstance(value, float)], dtype=torch.float64).reshape(2, -1)


def test_of_a_gaussian_they_are_those_of_its_posterior(oracle: Oracle) -> None:
    prior = covariance()
    found, meter = components(Gaussian(SPACE, torch.zeros(6, dtype=torch.float64), prior))
    posterior = prior - prior @ torch.linalg.inv(prior + S**2 * torch.eye(6, dtype=torch.float64)) @ prior
    values, vectors = torch.linalg.eigh(posterior)
    expected = values.flip(0)[:2]
    oracle(
        "diagnosis.posterior_components",
        "Gaussian: eigenvalues",
        float((eigenvalues(found) - expected).abs().max()),
        1e-3,
    )
    along = (found.directions.x.flatten(1).reshape(2, 2, 6) * vectors.flip(1)[:, :2].T).sum(-1).abs()
    oracle("diagnosis.posterior_components", "Gaussian: 1 − |cos| of directions", float((1 - along).max()), 1e-3)
    assert meter.rows == 2 * (1 + 2 * 40)
    reach = found.spread.x.flatten(1).reshape(2, 2, 2, 6)
    assert torch.allclose((reach[:, :, 1] - reach[:, :, 0]).norm(dim=-1), 4 * eigenvalues(found).sqrt())


def test_of_a_mixture_they_are_those_of_its_posterior(oracle: Oracle) -> None:
    means = torch.stack([covariance()[0], -covariance()[1]])
    variances = torch.linspace(0.05, 0.4, 12, dtype=torch.float64).reshape(2, 6)
    found, _ = components(Mixture(SPACE, means, variances, torch.ones(2), ("one", "other")), iterations=80)
    y = noised().x.flatten(1) * math.sqrt(1 + S * S)
    for row in range(2):
        logs = [
            -0.5 * (((y[row] - m) ** 2) / (v + S**2) + torch.log(v + S**2)).sum()
            for m, v in zip(means, variances, strict=True)
        ]
        shares = torch.softmax(torch.stack(logs), 0)
        each = means + variances / (variances + S**2) * (y[row] - means)
        inner = torch.diag((shares[:, None] * variances * S**2 / (variances + S**2)).sum(0))
        away = each - (shares[:, None] * each).sum(0)
        exact = inner + (shares[:, None, None] * away[:, :, None] * away[:, None]).sum(0)
        values = torch.linalg.eigvalsh(exact).flip(0)[:2]
        oracle(
            "diagnosis.posterior_components",
            "mixture: eigenvalues",
            float((eigenvalues(found)[row] - values).abs().max()),
            1e-3,
        )


def test_a_region_is_looked_at_alone() -> None:
    pixels = torch.zeros(1, 2, 3, 1, dtype=torch.uint8)
    pixels[0, 0] = 255
    found, _ = components(Gaussian(SPACE, torch.zeros(6, dtype=torch.float64), covariance()), Image(pixels))
    assert float(found.directions.x[:, :, 1].abs().max()) < 1e-12
    prior = covariance()
    posterior = prior - prior @ torch.linalg.inv(prior + S**2 * torch.eye(6, dtype=torch.float64)) @ prior
    expected = torch.linalg.eigvalsh(posterior[:3, :3]).flip(0)[:2]
    torch.testing.assert_close(eigenvalues(found), expected.expand(2, 2), rtol=0, atol=1e-3)


def test_clean_points_have_no_posterior() -> None:
    with pytest.raises(InputError, match="no such posterior"):
        finished(
            posterior_components(
                clean(1, EVENT), Gaussian(SPACE, torch.zeros(6), covariance()), run=RunContext(Meter())
            )
        )


def test_a_region_that_is_too_small_or_of_no_picture_is_refused() -> None:
    one = torch.zeros(1, 2, 3, 1, dtype=torch.uint8)
    one[0, 0, 0] = 255
    with pytest.raises(InputError, match="fewer numbers than directions"):
        components(Gaussian(SPACE, torch.zeros(6, dtype=torch.float64), covariance()), Image(one))
    points = clean(2, (6,))
    s = torch.full((2,), S, dtype=torch.float64)
    steps = posterior_components(
        Sample(points.x, s, points.space, points.rows),
        Gaussian(points.space, torch.zeros(6, dtype=torch.float64), covariance()),
        Image(one),
        run=RunContext(Meter()),
    )
    with pytest.raises(InputError, match="part of a picture"):
        finished(steps)
