"""φ-functions and exponential steps against integrals, recurrences and limits."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
import torch
from torch import Tensor

from nodes.contracts.levels import alpha_sigma, eps_of, place
from nodes.solver.exponential import along, held, length, measurable, phi


def exactly(order: int, z: float) -> float:
    """Σ z^n/(n + order)! in fractions, which do not round."""
    term, total = Fraction(1, math.factorial(order)), Fraction(0)
    for n in range(1, 150):
        total += term
        term = term * Fraction(z) / (n + order)
    return float(total)


def levels(*values: float) -> Tensor:
    """Levels of rows."""
    return torch.tensor(values, dtype=torch.float64)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_phi_is_exact_to_rounding_near_zero_and_far_from_it(order: int) -> None:
    z = [sign * size for size in (1e-12, 1e-4, 0.3, 0.999, 1.0, 1.001, 3.0, 20.0) for sign in (-1, 1)]
    expected = torch.tensor([exactly(order, value) for value in z], dtype=torch.float64)
    torch.testing.assert_close(phi(order, levels(*z)), expected, rtol=2e-14, atol=0)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_phi_has_its_limits(order: int) -> None:
    found = phi(order, levels(0.0, -math.inf, math.inf))
    assert found.tolist() == [1 / math.factorial(order), 0.0, math.inf]


def test_phi_solves_the_linear_equation() -> None:
    """The end at t = 1 of u' = z u + 1 + t from u = 0 is φ_1(z) + φ_2(z), by the integral of variation of constants."""
    z = levels(-2.0, -0.5, 0.1, 1.5)
    total = phi(1, z) + phi(2, z)
    nodes = (torch.arange(2000, dtype=torch.float64) + 0.5) / 2000
    integral = (torch.exp((1 - nodes)[:, None] * z) * (1 + nodes)[:, None]).mean(0)
    torch.testing.assert_close(total, integral, rtol=1e-6, atol=0)


def test_a_step_has_a_length_between_data_and_pure_noise_only() -> None:
    s, s_next = levels(2.0, 0.0, math.inf, 1.0, 1.0), levels(1.0, 1.0, 1.0, 0.0, math.inf)
    assert measurable(s, s_next).tolist() == [True, False, False, False, False]
    assert length(s, s_next).tolist() == [math.log(2.0), 0.0, 0.0, 0.0, 0.0]


def test_the_way_along_a_step_is_even_in_log_snr() -> None:
    s, s_next = levels(8.0, 1.0, math.inf), levels(2.0, 16.0, 1.0)
    torch.testing.assert_close(along(s, s_next, 0.5), levels(4.0, 4.0, math.inf))
    torch.testing.assert_close(along(s, s_next, 1.0)[:2], s_next[:2])


def test_a_held_x0_is_eulers_step_at_both_ends_too() -> None:
    s, s_next = levels(3.0, 0.5, 0.0, math.inf, 2.0, 2.0), levels(1.0, 4.0, 0.7, 5.0, 0.0, math.inf)
    x0 = torch.linspace(-1, 1, 6, dtype=torch.float64)[:, None]
    alpha, sigma = alpha_sigma(s)
    x = alpha[:, None] * x0 + sigma[:, None] * 0.3
    of_x0, of_x = held(s, s_next)
    expected = place(x0, eps_of(x, x0, s), s_next)
    torch.testing.assert_close(of_x[:, None] * x + of_x0[:, None] * x0, expected, rtol=1e-14, atol=1e-15)
