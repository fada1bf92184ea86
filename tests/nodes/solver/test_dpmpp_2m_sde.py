"""The stochastic multistep solver: its law, its history, and the path that finer steps refine."""

from __future__ import annotations

import math

import pytest
import torch

from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.sample import Sample
from nodes.levels.flip import flip
from nodes.levels.karras import karras
from nodes.levels.uniform_log_snr import uniform_log_snr
from nodes.solver.ddim import ddim
from nodes.solver.dpmpp_2m import dpmpp_2m
from nodes.solver.dpmpp_2m_sde import dpmpp_2m_sde
from tests.nodes.exact_mixture import Mixture
from tests.nodes.gaussian import Gaussian, context, pure_noise


def grid(steps: int) -> Levels:
    """From 20 to 0.05."""
    return uniform_log_snr(num_inference_steps=steps, sigma_min=0.05, sigma_max=20.0, final_sigmas_type="sigma_min")


def test_a_single_step_is_that_of_ddim_with_fresh_noise() -> None:
    levels = Levels(torch.tensor([3.0, 1.0]))
    one = solve(Gaussian(0.4, 0.3), dpmpp_2m_sde(), pure_noise(4), levels, context())
    other = solve(Gaussian(0.4, 0.3), ddim(eta=1.0), pure_noise(4), levels, context())
    torch.testing.assert_close(one.x, other.x, rtol=0, atol=1e-12)


def test_it_asks_once_a_step_from_pure_noise_to_data() -> None:
    ctx = context()
    sample = solve(Gaussian(), dpmpp_2m_sde(), pure_noise(3), Levels(torch.tensor([math.inf, 2.0, 0.5, 0.0])), ctx)
    assert ctx.meter.rows == 9
    assert torch.isfinite(sample.x).all()


def test_the_last_step_to_data_is_the_prediction() -> None:
    sample = solve(Gaussian(0.7, 1e-9), dpmpp_2m_sde(), pure_noise(3), karras(num_inference_steps=8), context())
    torch.testing.assert_close(sample.x, torch.full((3, 2), 0.7, dtype=torch.float64), atol=1e-3, rtol=0)


def test_it_has_the_moments_of_the_data() -> None:
    noise = pure_noise(6000, (1,))
    sample = solve(Gaussian(0.5, 0.6), dpmpp_2m_sde(), noise, uniform_log_snr(num_inference_steps=50), context())
    error = 4 * math.sqrt(0.6 / 6000)
    assert abs(float(sample.x.mean()) - 0.5) < error
    assert abs(float(sample.x.var()) - 0.6) < error * math.sqrt(2 * 0.6) + 0.01


def test_where_the_levels_rise_it_draws_nothing_and_is_the_deterministic_one() -> None:
    noise = pure_noise(4)
    clean = Sample(noise.x, torch.zeros(4, dtype=torch.float64), noise.space, noise.rows)
    levels = flip(karras(num_inference_steps=6))
    one = solve(Mixture(), dpmpp_2m_sde(), clean, levels, context())
    other = solve(Mixture(), dpmpp_2m(), clean, levels, context())
    torch.testing.assert_close(one.x, other.x, rtol=0, atol=1e-12)


@pytest.mark.parametrize("path", [True, False])
def test_finer_steps_refine_the_same_sample_along_the_path_and_only_there(path: bool) -> None:
    noise = pure_noise(24)
    fine = solve(Mixture(), dpmpp_2m_sde(path=path), noise, grid(256), context()).x
    errors = [
        float(
            (solve(Mixture(), dpmpp_2m_sde(path=path), noise, grid(steps), context()).x - fine).square().mean().sqrt()
        )
        for steps in (8, 32, 128)
    ]
    if path:
        assert errors[0] > 1.6 * errors[1] > 1.6 * 1.6 * errors[2]
        assert errors[2] < 0.1
    else:
        assert min(errors) > 0.3
