"""Quantiles of beta distributions against scipy and against their closed forms."""

from __future__ import annotations

import math
from importlib import import_module

import pytest

from nodes.levels.quantiles import beta_quantile, beta_share

SPECIAL, STATS = import_module("scipy.special"), import_module("scipy.stats")  # have no types
SHAPES = [(0.6, 0.6), (1.0, 1.0), (0.05, 0.05), (2.0, 5.0), (30.0, 0.5), (50.0, 50.0)]
PARTS = [1e-9, 0.003, 0.25, 0.5, 0.71, 0.999]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("part", PARTS)
def test_a_quantile_is_that_of_scipy(shape: tuple[float, float], part: float) -> None:
    assert beta_quantile(part, *shape) == pytest.approx(float(STATS.beta.ppf(part, *shape)), rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_share_below_is_that_of_scipy(shape: tuple[float, float]) -> None:
    for x in (1e-6, 0.2, 0.5, 0.93):
        assert beta_share(x, *shape) == pytest.approx(float(SPECIAL.betainc(*shape, x)), rel=1e-10, abs=1e-14)


def test_the_ends_are_exact_and_equal_shapes_are_symmetric() -> None:
    assert (beta_quantile(0.0, 0.6, 0.6), beta_quantile(1.0, 0.6, 0.6)) == (0.0, 1.0)
    assert (beta_share(0.0, 0.6, 2.0), beta_share(1.0, 0.6, 2.0)) == (0.0, 1.0)
    assert beta_quantile(0.3, 0.6, 0.6) == pytest.approx(1 - beta_quantile(0.7, 0.6, 0.6), abs=1e-14)


def test_the_arcsine_law_has_its_closed_form() -> None:
    for part in (0.1, 0.4, 0.95):
        assert beta_quantile(part, 0.5, 0.5) == pytest.approx(math.sin(math.pi * part / 2) ** 2, rel=1e-13)
