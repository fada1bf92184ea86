"""Measuring, and looking at what was measured."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from graphs import InputError
from nodes.contracts.operator import Measurement
from nodes.measurement.ddnm import ddnm
from nodes.measurement.dps import dps
from nodes.measurement.mask import mask
from nodes.measurement.measure import measure
from nodes.measurement.pinv import pinv
from tests.nodes.gaussian import pure_noise
from tests.nodes.measurement.toys import Identity, Smooth, Squares, clean
from tests.oracles import Oracle


def test_without_noise_it_is_what_the_operator_sees() -> None:
    sample = clean(3)
    operator = mask(sample, hidden="left")
    measured = measure(sample, operator)
    assert torch.equal(measured.y, operator.apply(sample.x, sample.rows))
    assert measured.sigma == 0


def test_noise_has_its_deviation_and_is_the_rows_own() -> None:
    sample = clean(40, (1, 10, 10))
    measured = measure(sample, Identity(), sigma_y=0.5, seed=3)
    noise = measured.y - sample.x
    assert abs(float(noise.mean())) < 4 * 0.5 / 4000**0.5
    assert abs(float(noise.std()) - 0.5) < 4 * 0.5 / 8000**0.5
    assert measured.sigma == 0.5
    fewer = measure(sample.take(torch.arange(4)), Identity(), sigma_y=0.5, seed=3)
    assert torch.equal(fewer.y, measured.y[:4])
    assert not torch.equal(measure(sample, Identity(), sigma_y=0.5, seed=4).y, measured.y)


def test_noise_is_not_measured() -> None:
    with pytest.raises(InputError, match="no clean points"):
        measure(pure_noise(2), Identity())


def test_what_was_seen_is_brought_back_as_a_clean_sample(oracle: Oracle) -> None:
    sample = clean(3)
    operator = mask(sample, hidden="right")
    back = pinv(measure(sample, operator), operator, sample)
    apart = float((back.x - operator.apply(sample.x, sample.rows)).abs().max())
    oracle("measurement.pinv", "a mask: what was seen, and 0 elsewhere", apart, 0.0)
    assert (back.space, back.s.tolist(), back.rows.origin.tolist()) == (sample.space, [0, 0, 0], [0, 1, 2])


def test_an_operator_that_is_not_linear_has_no_way_back() -> None:
    with pytest.raises(InputError, match="pseudo-inverse"):
        pinv(Measurement(torch.ones(1, 2)), Squares(), clean(1))


def test_a_measurement_by_another_operator_is_refused_everywhere() -> None:
    sample = clean(2)
    other, measured = mask(sample, hidden="left"), measure(sample, mask(sample, hidden="right"))
    with pytest.raises(InputError, match="another operator"):
        pinv(measured, other, sample)
    with pytest.raises(InputError, match="another operator"):
        ddnm(Smooth(), other, measured)
    with pytest.raises(InputError, match="another operator"):
        dps(Smooth(), other, measured)


def test_an_operator_made_again_is_the_same_and_one_that_is_not_known_is_not_asked_for() -> None:
    sample = clean(2)
    measured = measure(sample, mask(sample, hidden="right"))
    assert torch.equal(pinv(measured, mask(sample, hidden="right"), sample).x, measured.y)
    assert torch.equal(pinv(Measurement(measured.y), Identity(), sample).x, measured.y)


def test_light_that_is_no_number_is_not_counted() -> None:
    sample = clean(1)
    broken = replace(sample, x=sample.x * torch.nan)
    with pytest.raises(InputError, match="no number"):
        measure(broken, Identity(), noise="poisson")
