"""Ensembles against the law of an exact posterior, and bands whose risk holds."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.contracts.table import Table
from nodes.diagnosis.conformal_bands import binomial, conformal_bands, p_value, quantiles, smallest
from nodes.diagnosis.ensemble_statistics import ensemble_statistics
from tests.oracles import Oracle

SPACE = Space("plane", (1, 4, 4))


def drawn(*shape: int, seed: int = 0) -> Tensor:
    """Standard normal numbers."""
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def clean(x: Tensor) -> Sample:
    """Clean points, each an origin of its own."""
    return Sample(x, torch.zeros(len(x), dtype=torch.float64), SPACE, Rows.first(0, len(x)))


def posterior(count: int, each: int, seed: int = 0) -> tuple[Sample, Sample]:
    """Truths, and samples of the very law that they are from, given what was measured: m + 0.3 z, in turn."""
    mean = drawn(count, 1, 4, 4, seed=seed)
    truth = mean + 0.3 * drawn(count, 1, 4, 4, seed=seed + 1)
    samples = mean.repeat(each, 1, 1, 1) + 0.3 * drawn(count * each, 1, 4, 4, seed=seed + 2)
    return clean(samples), clean(truth)


def column(found: Table, name: str) -> list[float]:
    """The numbers of a column."""
    return [float(value) for value in dict(found.columns)[name] if isinstance(value, (int, float))]


def test_a_mean_of_many_is_three_decibels_better_than_a_sample(oracle: Oracle) -> None:
    samples, truth = posterior(40, 64)
    found = ensemble_statistics(samples, truth)
    mean, one = column(found.table, "PSNR of the mean"), column(found.table, "PSNR of a sample")
    gain = sum(a - b for a, b in zip(mean, one, strict=True)) / 40
    expected = 10 * math.log10(2 / (1 + 1 / 64))
    oracle("diagnosis.ensemble_statistics", "exact posterior: dB of the mean over a sample", abs(gain - expected), 0.15)
    assert found.mean.x.shape == (40, 1, 4, 4)
    assert abs(float(found.deviation.x.mean()) - 0.3) < 0.01


def test_statistics_are_those_of_each_origin() -> None:
    samples, _ = posterior(2, 3)
    rows = Rows(samples.rows.seed, samples.rows.origin % 2)
    found = ensemble_statistics(Sample(samples.x, samples.s, SPACE, rows))
    torch.testing.assert_close(found.mean.x[1], samples.x[1::2].mean(0))
    torch.testing.assert_close(found.deviation.x[1], samples.x[1::2].std(0))
    assert column(found.table, "origin") == [0, 1]


def test_the_risk_of_bands_is_above_what_is_allowed_no_more_often_than_stated(oracle: Oracle) -> None:
    """200 calibrations of 50 points with intervals that are too narrow; the true risk of each λ in closed form."""
    broken = 0
    for seed in range(200):
        residual = drawn(50, 16, seed=1000 + seed)
        widening = smallest(residual.abs() - 0.5, 0.2, 0.1)
        true_risk = 1 - math.erf((0.5 + widening) / math.sqrt(2))
        broken += true_risk > 0.2
    oracle("diagnosis.conformal_bands", "share of calibrations that break ε = 0.2 (δ = 0.1)", broken / 200, 0.1)


def test_bands_of_many_points_are_near_the_quantile(oracle: Oracle) -> None:
    residual = drawn(2000, 16, seed=5)
    widening = smallest(residual.abs() - 0.5, 0.2, 0.1)
    oracle("diagnosis.conformal_bands", "Gaussian residuals: λ − (1.2816 − 0.5)", abs(widening + 0.5 - 1.2816), 0.08)
    assert smallest(residual.abs() - 0.5, 0.3, 0.1) < widening < smallest(residual.abs() - 0.5, 0.1, 0.1)


def test_bands_around_samples_of_the_posterior_hold_for_fresh_ones() -> None:
    samples, truth = posterior(60, 20)
    fresh, new_truth = posterior(30, 20, seed=77)
    rows = Rows(fresh.rows.seed, fresh.rows.origin % 30)
    found = conformal_bands(samples, truth, Sample(fresh.x, fresh.s, SPACE, rows), epsilon=0.2)
    outside = (new_truth.x < found.lower.x) | (new_truth.x > found.upper.x)
    assert float(outside.double().mean()) < 0.2
    points = fresh.x.reshape(20, 30, 1, 4, 4).transpose(0, 1)
    lower, upper = quantiles(points, 0.1)
    torch.testing.assert_close(found.lower.x, lower - found.widening.value)
    torch.testing.assert_close(found.upper.x, upper + found.widening.value)
    assert column(found.table, "outside") <= column(found.table, "outside before")


def test_the_bound_is_that_of_hoeffding_and_bentkus() -> None:
    assert math.isclose(binomial(2, 10, 0.3), 0.3827827864, rel_tol=1e-9)
    assert math.isclose(p_value(0.0, 0.1, 50), 0.9**50, rel_tol=1e-9)
    assert p_value(0.2, 0.1, 50) == 1.0


def test_what_cannot_be_calibrated_is_refused() -> None:
    samples, truth = posterior(10, 4)
    with pytest.raises(InputError, match="too few truths"):
        conformal_bands(samples, truth)
    with pytest.raises(InputError, match="as many samples"):
        ensemble_statistics(samples.take(torch.arange(39)), truth)
    with pytest.raises(InputError, match="as many samples"):
        ensemble_statistics(samples)


def test_points_that_are_no_numbers_are_refused() -> None:
    """They lie outside of no band, so that any would hold."""
    samples, truth = posterior(4, 3)
    for given in ((clean(samples.x * math.nan), truth), (samples, clean(truth.x / 0))):
        with pytest.raises(InputError, match="no numbers"):
            conformal_bands(*given, epsilon=0.9, delta=0.9)
    with pytest.raises(InputError, match="no numbers"):
        ensemble_statistics(clean(samples.x * math.nan), truth)


def test_more_numbers_have_quantiles_than_torch_takes_at_once() -> None:
    low, high = quantiles(torch.arange(3.0).reshape(1, 3, 1).expand(2, 3, 2**22), 0.5)
    assert (float(low.min()), float(low.max()), float(high.min()), float(high.max())) == (0.5, 0.5, 1.5, 1.5)
