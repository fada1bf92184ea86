"""The peak signal-to-noise ratio."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from graphs import InputError
from nodes.contracts.population import siblings
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.number.psnr import psnr

PIXELS = Space("pixels", (3, 4, 4))


def pictures(count: int, seed: int = 0) -> Sample:
    x = torch.randn(count, 3, 4, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    return Sample(x, torch.zeros(count, dtype=torch.float64), PIXELS, Rows.first(seed, count))


def test_an_error_of_a_tenth_of_the_peak_is_20_decibels() -> None:
    true = pictures(3)
    assert psnr(replace(true, x=true.x + 0.2), true).value == pytest.approx(20.0)
    assert psnr(replace(true, x=true.x - 0.2), true, peak=0.2).value == pytest.approx(0.0)


def test_rows_are_averaged_in_decibels() -> None:
    true = pictures(2)
    errors = torch.tensor([0.2, 0.02], dtype=torch.float64)[:, None, None, None]
    assert psnr(replace(true, x=true.x + errors), true).value == pytest.approx(30.0)


def test_several_samples_are_compared_with_the_picture_of_their_origin() -> None:
    true = pictures(2)
    several = siblings(true, 3, "tries")
    assert psnr(replace(several, x=true.x.repeat_interleave(3, 0) + 0.2), true).value == pytest.approx(20.0)


def test_an_exact_copy_is_infinitely_good() -> None:
    assert psnr(pictures(2), pictures(2)).value == math.inf


def test_points_of_other_shapes_or_with_noise_are_refused() -> None:
    true = pictures(1)
    other = replace(true, x=true.x[:, :1], space=Space("pixels", (1, 4, 4)))
    with pytest.raises(InputError, match="other shapes"):
        psnr(true, other)
    with pytest.raises(InputError, match="clean"):
        psnr(replace(true, s=true.s + 1), true)
