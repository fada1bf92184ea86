"""Grids that need no process: their ends, their steps, and what each is even in. Formulas of others: `twins`."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch

from graphs import InputError
from nodes.contracts.levels import Levels
from nodes.levels.align_your_steps import align_your_steps
from nodes.levels.beta_sigma import beta_sigma
from nodes.levels.cosine import cosine
from nodes.levels.flow_shift import flow_shift
from nodes.levels.flow_shift_by_resolution import flow_shift_by_resolution
from nodes.levels.kl_optimal import kl_optimal
from nodes.levels.linear_quadratic import linear_quadratic
from nodes.levels.polyexponential import polyexponential
from nodes.levels.uniform_log_snr import uniform_log_snr

GRIDS: dict[str, tuple[Callable[[int], Levels], bool]] = {
    "align_your_steps": (lambda steps: align_your_steps(num_inference_steps=steps), False),
    "beta_sigma": (lambda steps: beta_sigma(num_inference_steps=steps), False),
    "cosine": (lambda steps: cosine(num_inference_steps=steps), True),
    "flow_shift": (lambda steps: flow_shift(num_inference_steps=steps), True),
    "by_resolution": (lambda steps: flow_shift_by_resolution(num_inference_steps=steps), True),
    "kl_optimal": (lambda steps: kl_optimal(num_inference_steps=steps), False),
    "linear_quadratic": (lambda steps: linear_quadratic(num_inference_steps=steps), True),
    "polyexponential": (lambda steps: polyexponential(num_inference_steps=steps), False),
}


@pytest.mark.parametrize(("grid", "noise"), GRIDS.values(), ids=GRIDS)
@pytest.mark.parametrize("steps", [1, 2, 3, 20])
def test_a_grid_has_its_steps_and_falls_to_zero(grid: Callable[[int], Levels], noise: bool, steps: int) -> None:
    s = grid(steps).s
    assert len(s) == steps + 1
    assert bool((s.diff() < 0).all())
    assert float(s[-1]) == 0
    assert bool(torch.isinf(s[0])) == noise
    assert s.dtype == torch.float64


def test_polyexponential_of_power_one_is_exponential() -> None:
    ours = polyexponential(num_inference_steps=9, sigma_min=0.02, sigma_max=30.0)
    even = uniform_log_snr(num_inference_steps=9, sigma_min=0.02, sigma_max=30.0)
    assert torch.allclose(ours.s, even.s, rtol=1e-13)


def test_beta_one_is_even_in_the_level() -> None:
    s = beta_sigma(num_inference_steps=6, sigma_min=1.0, sigma_max=6.0, alpha=1.0, beta=1.0).s
    assert s.tolist() == pytest.approx([6, 5, 4, 3, 2, 1, 0], rel=1e-12)


def test_the_masked_share_falls_as_a_cosine() -> None:
    s = cosine(num_inference_steps=7).s[1:]
    assert (s / (1 + s)).tolist() == pytest.approx([math.cos(math.pi / 2 * i / 7) for i in range(1, 8)], abs=1e-12)


def test_more_linear_steps_are_a_longer_line() -> None:
    s = linear_quadratic(num_inference_steps=20, threshold_noise=0.1, linear_steps=15).s[1:]
    passed = 1 / (1 + s)
    assert torch.allclose(passed[:15], torch.arange(1, 16, dtype=torch.float64) * 0.1 / 15, rtol=1e-12)
    assert bool((passed[14:].diff().diff() > 0).all())


@pytest.mark.parametrize(("steps", "linear", "threshold"), [(10, 10, 0.025), (1, 1, 0.025), (40, 2, 0.3)])
def test_a_line_that_leaves_no_parabola_is_refused(steps: int, linear: int, threshold: float) -> None:
    with pytest.raises(InputError, match="parabola"):
        linear_quadratic(num_inference_steps=steps, linear_steps=linear, threshold_noise=threshold)


def test_ends_in_the_wrong_order_are_refused() -> None:
    for grid in (beta_sigma, kl_optimal, polyexponential):
        with pytest.raises(InputError, match="sigma_min is not below sigma_max"):
            grid(sigma_min=5.0, sigma_max=5.0)
