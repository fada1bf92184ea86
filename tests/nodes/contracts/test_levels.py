"""The level coordinate."""

from __future__ import annotations

import math

import pytest
import torch

from nodes.contracts.levels import Levels, alpha_sigma, angle, by_x, combined, eps_of, log_snr, place
from nodes.contracts.rows import Rows


def test_alpha_and_sigma_are_right_at_both_ends() -> None:
    alpha, sigma = alpha_sigma(torch.tensor([0.0, 1.0, 1e200, math.inf]))
    assert alpha.tolist() == [1.0, pytest.approx(math.sqrt(0.5)), 0.0, 0.0]
    assert sigma.tolist() == [0.0, pytest.approx(math.sqrt(0.5)), 1.0, 1.0]


def test_alpha_and_sigma_lie_on_the_circle() -> None:
    alpha, sigma = alpha_sigma(torch.logspace(-6, 6, 50, dtype=torch.float64))
    torch.testing.assert_close(alpha**2 + sigma**2, torch.ones(50, dtype=torch.float64))


@pytest.mark.parametrize("s", [1e-3, 0.5, 7.0, 1e5])
def test_eps_is_what_was_put_in(s: float) -> None:
    x0, eps = torch.randn(2, 3, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).unbind(0)
    level = torch.full((3,), s, dtype=torch.float64)
    x = place(x0, eps, level)
    torch.testing.assert_close(x, (x0 + s * eps) / math.sqrt(1 + s**2))
    torch.testing.assert_close(eps_of(x, x0, level), eps, rtol=0, atol=1e-11 * max(1, 1 / s))


def test_at_pure_noise_x_is_its_own_eps() -> None:
    x = torch.tensor([[1.5, -2.0]])
    assert torch.equal(eps_of(x, torch.tensor([[9.0, 9.0]]), torch.tensor([math.inf])), x)


def test_a_weighted_sum_is_new_and_leaves_its_tensors_alone() -> None:
    one, other, third = torch.arange(24.0).reshape(3, 2, 2, 2).unbind(0)
    weights = torch.tensor([[0.5, 2.0], [-1.0, 0.0], [0.25, 4.0]], dtype=torch.float64)
    before = one.clone()
    found = combined(weights.unbind(), (one, other, third))
    expected = [w[0] * one[row] + w[1] * other[row] + w[2] * third[row] for row, w in enumerate(weights.T.float())]
    assert torch.equal(found, torch.stack(expected))
    assert torch.equal(one, before)
    assert found.dtype == one.dtype


def test_a_row_of_a_weighted_sum_is_the_same_bits_alone() -> None:
    draw = torch.Generator().manual_seed(2)
    x, y = torch.randn(2, 5, 3, 7, generator=draw).unbind(0)
    first, second = torch.rand(2, 5, dtype=torch.float64, generator=draw).unbind(0)
    whole = combined((first, second), (x, y))
    for row in range(5):
        part = slice(row, row + 1)
        assert torch.equal(whole[part], combined((first[part], second[part]), (x[part], y[part])))


def test_a_sum_of_x0_and_eps_is_one_of_x0_and_x_at_both_ends_too() -> None:
    s = torch.tensor([0.0, 0.3, 5.0, math.inf], dtype=torch.float64)
    x0, x = torch.randn(2, 4, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1)).unbind(0)
    of_x0, of_eps = torch.tensor([0.4, 0.9, -1.0, 0.2]).double(), torch.tensor([0.7, 0.1, 2.0, 0.3]).double()
    expected = combined((of_x0, of_eps), (x0, eps_of(x, x0, s)))
    torch.testing.assert_close(combined(by_x(of_x0, of_eps, s), (x0, x)), expected, rtol=1e-13, atol=1e-14)


def test_levels_serve_every_row_or_each_its_own() -> None:
    shared = Levels(torch.tensor([3.0, 1.0, 0.0]))
    assert shared.of(Rows.first(0, 2)).tolist() == [[3.0, 3.0], [1.0, 1.0], [0.0, 0.0]]
    own = Levels(torch.tensor([[3.0, 2.0], [0.0, 0.0]]))
    assert own.of(Rows.first(0, 2)).tolist() == [[3.0, 2.0], [0.0, 0.0]]


def test_the_log_snr_is_that_of_amplitudes_and_the_angle_goes_to_a_right_one() -> None:
    s = torch.tensor([0.0, 1.0, math.e, math.inf])
    assert log_snr(s).tolist() == [math.inf, pytest.approx(0), pytest.approx(-1), -math.inf]
    assert angle(s).tolist()[1:] == [pytest.approx(math.pi / 4), pytest.approx(math.atan(math.e)), math.pi / 2]
