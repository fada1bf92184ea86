"""The grid that is uniform in log s, against its formula."""

from __future__ import annotations

from typing import Literal

import pytest

from graphs import InputError
from nodes.contracts.levels import log_snr
from nodes.levels.uniform_log_snr import uniform_log_snr


def test_the_levels_fall_by_one_factor_and_then_to_zero() -> None:
    s = uniform_log_snr(num_inference_steps=5, sigma_min=0.01, sigma_max=100.0).s.tolist()
    assert s == pytest.approx([100.0, 10.0, 1.0, 0.1, 0.01, 0.0], rel=1e-12)


def test_the_steps_may_end_at_sigma_min() -> None:
    s = uniform_log_snr(num_inference_steps=4, sigma_min=0.01, sigma_max=100.0, final_sigmas_type="sigma_min").s
    assert s.tolist() == pytest.approx([100.0, 10.0, 1.0, 0.1, 0.01], rel=1e-12)


def test_the_steps_are_equal_in_half_the_log_of_the_signal_to_noise_ratio() -> None:
    s = uniform_log_snr(num_inference_steps=30, sigma_min=0.003, sigma_max=47.0).s[:-1]
    steps = log_snr(s).diff()
    assert steps.tolist() == pytest.approx([float(steps[0])] * 29, rel=1e-9)


@pytest.mark.parametrize("final", ["zero", "sigma_min"])
def test_it_has_as_many_steps_as_it_says_and_falls(final: Literal["zero", "sigma_min"]) -> None:
    for steps in (1, 2, 7):
        levels = uniform_log_snr(num_inference_steps=steps, final_sigmas_type=final)
        assert len(levels) == steps
        assert bool((levels.s.diff() < 0).all())


def test_ends_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(InputError, match="sigma_min is not below sigma_max"):
        uniform_log_snr(sigma_min=5.0, sigma_max=5.0)
