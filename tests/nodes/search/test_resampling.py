"""Weights and ancestors."""

from __future__ import annotations

import math

import pytest
import torch

from nodes.search.resampling import Scheme, ancestors, effective_size, log_mean

WEIGHTS = torch.tensor([0.5, 0.0, 0.25, 0.25], dtype=torch.float64).log()


def test_the_effective_size_counts_what_counts() -> None:
    assert effective_size(torch.full((7,), 3.0, dtype=torch.float64)) == pytest.approx(7)
    assert effective_size(torch.tensor([0.0, -torch.inf, -torch.inf], dtype=torch.float64)) == pytest.approx(1)
    assert effective_size(WEIGHTS + 100) == pytest.approx(1 / (0.25 + 2 / 16))
    assert log_mean(WEIGHTS + 100) == pytest.approx(100 - math.log(4))


@pytest.mark.parametrize("first", [0.0, 0.3, 0.999])
def test_systematic_resampling_rounds_what_is_expected(first: float) -> None:
    uniforms = torch.full((4,), first, dtype=torch.float64)
    assert ancestors(WEIGHTS, uniforms, "systematic").tolist() == [0, 0, 2, 3]


@pytest.mark.parametrize("scheme", ["systematic", "stratified", "multinomial"])
def test_a_particle_goes_on_as_often_as_its_weight_says(scheme: Scheme) -> None:
    log_weights = torch.tensor([0.1, 0.0, 0.6, 0.3], dtype=torch.float64).log()
    generator = torch.Generator().manual_seed(0)
    counts = torch.zeros(4, dtype=torch.float64)
    for _ in range(2000):
        uniforms = torch.rand(4, dtype=torch.float64, generator=generator)
        counts += torch.bincount(ancestors(log_weights, uniforms, scheme), minlength=4)
    expected = 8000 * log_weights.exp()
    assert counts[1] == 0
    assert bool(((counts - expected).abs() <= 4 * (expected * (1 - log_weights.exp())).sqrt()).all())


def test_equal_weights_leave_every_particle_where_it_is() -> None:
    uniforms = torch.full((5,), 0.999, dtype=torch.float64)
    assert ancestors(torch.zeros(5, dtype=torch.float64), uniforms, "systematic").tolist() == [0, 1, 2, 3, 4]
