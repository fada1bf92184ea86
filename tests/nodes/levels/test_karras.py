"""The grid of Karras et al. against its equation."""

from __future__ import annotations

import pytest
import torch

from graphs import InputError
from nodes.levels.karras import karras


def test_the_grid_is_equation_5() -> None:
    s = karras(num_inference_steps=18, sigma_min=0.002, sigma_max=80.0, rho=7.0).s.tolist()
    expected = [(80 ** (1 / 7) + i / 17 * (0.002 ** (1 / 7) - 80 ** (1 / 7))) ** 7 for i in range(18)]
    assert s == pytest.approx([*expected, 0.0], rel=1e-12)


def test_the_levels_of_edm_are_the_published_ones() -> None:
    """The first levels of the 18-step grid as the field's libraries print them."""
    s = karras().s
    assert s[:4].tolist() == pytest.approx([80.0, 57.586, 40.7856, 28.3748], rel=1e-4)
    assert s.dtype == torch.float64
    assert len(s) == 19


def test_rho_one_is_uniform() -> None:
    s = karras(num_inference_steps=5, sigma_min=1.0, sigma_max=5.0, rho=1.0).s
    assert s.tolist() == pytest.approx([5, 4, 3, 2, 1, 0])


def test_one_step_goes_from_the_top_to_zero() -> None:
    assert karras(num_inference_steps=1).s.tolist() == pytest.approx([80.0, 0.0])


def test_ends_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(InputError, match="sigma_min is not below sigma_max"):
        karras(sigma_min=5.0, sigma_max=5.0)
