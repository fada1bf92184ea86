"""Noise calibration: what the model sees of the coarse structure is that of the sample."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from graphs import RunContext
from graphs.running.context import Meter
from nodes.contracts.asking import predict
from nodes.contracts.levels import Levels
from nodes.contracts.sample import Sample
from nodes.noise.calibrated import calibrated, low_pass
from nodes.noise.noised import noised
from tests.nodes.gaussian import Gaussian, context, pure_noise, query
from tests.nodes.inversion.curved import result
from tests.oracles import Oracle

LEVELS = Levels(torch.tensor([1.5, 0.5, 0.0], dtype=torch.float64))
MODEL = Gaussian(mean=0.3, variance=0.8, event=(1, 6, 8))


def clean() -> Sample:
    """Two pictures."""
    noise = pure_noise(2, (1, 6, 8))
    return Sample(noise.x, torch.zeros(2, dtype=torch.float64), noise.space, noise.rows)


def missing(iterations: int, cutoff: float = 0.5) -> Tensor:
    """What L x0 lacks of L x_ref, after so many iterations."""
    steps = calibrated(clean(), MODEL, LEVELS, num_iterations=iterations, cutoff=cutoff, run=RunContext(Meter()))
    x0 = predict(MODEL, query(result(steps).x, 1.5), context()).x0
    return low_pass(clean().x - x0, cutoff)


def test_at_the_limit_the_model_sees_the_same_low_frequencies(oracle: Oracle) -> None:
    oracle("noise.calibrated", "at the limit L x0 = L x_ref", float(missing(80).abs().max()), 1e-8)


def test_on_a_normal_law_it_shrinks_as_in_closed_form(oracle: Oracle) -> None:
    ratio = 1.5**2 / (0.8 + 1.5**2)
    far = float((missing(4) - ratio * missing(3)).abs().max())
    oracle("noise.calibrated", "what is missing shrinks by s²/(v + s²)", far, 1e-12)


def test_only_low_frequencies_are_changed() -> None:
    steps = calibrated(clean(), MODEL, LEVELS, cutoff=0.5, run=RunContext(Meter()))
    change = result(steps).x - noised(clean(), LEVELS).x
    assert float(change.abs().max()) > 0.01
    torch.testing.assert_close(low_pass(change, 0.5), change)


def test_with_nothing_passed_it_is_plain_noise(oracle: Oracle) -> None:
    run = RunContext(Meter())
    found = result(calibrated(clean(), MODEL, LEVELS, cutoff=0.0, run=run))
    changed = float((found.x != noised(clean(), LEVELS).x).sum())
    oracle("noise.calibrated", "a cutoff of 0 is noise.noised, bitwise", changed, 0)
    assert run.meter.rows == 0


def test_it_asks_once_an_iteration() -> None:
    run = RunContext(Meter())
    result(calibrated(clean(), MODEL, LEVELS, num_iterations=4, run=run))
    assert run.meter.rows == 8


@pytest.mark.parametrize(("waves", "left"), [(1, 1.0), (3, 0.0)])
def test_the_low_pass_keeps_slow_waves_whole(waves: int, left: float) -> None:
    """Eight places hold up to four waves; half of that is passed."""
    wave = torch.cos(2 * math.pi * waves * torch.arange(8, dtype=torch.float64) / 8).repeat(1, 1, 6, 1)
    torch.testing.assert_close(low_pass(wave, 0.5), left * wave)
    torch.testing.assert_close(low_pass(wave[:, 0, 0], 0.5), left * wave[:, 0, 0])
