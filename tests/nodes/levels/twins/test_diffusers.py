"""Grids against the `sigmas` that diffusers' schedulers set; they keep them in float32."""

from __future__ import annotations

import math
from importlib import import_module
from typing import Literal

import numpy as np
import pytest
import torch

from nodes.contracts.levels import Levels
from nodes.levels.align_your_steps import Network, align_your_steps
from nodes.levels.beta_sigma import beta_sigma
from nodes.levels.flow_shift import flow_shift
from nodes.levels.flow_shift_by_resolution import flow_shift_by_resolution
from nodes.levels.karras import karras
from nodes.levels.uniform_log_snr import uniform_log_snr
from nodes.levels.uniform_time import uniform_time
from nodes.process.discrete import discrete

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"  # of diffusers' own arrays
)
DIFFUSERS = import_module("diffusers")  # has no types
LISTS: dict[str, list[float]] = import_module("diffusers.schedulers").AysSchedules
STEPS = 17
TABLE = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012}
THEIRS = tuple(DIFFUSERS.EulerDiscreteScheduler(**TABLE).alphas_cumprod.tolist())
"""Their products in float32, which are off by 1e-4 of the lowest level."""
PROCESS = discrete(beta_schedule="own", alphas_cumprod=THEIRS)
ENDS = PROCESS.level(torch.tensor([0.0, 999.0], dtype=torch.float64)).tolist()


def test_their_table_is_ours_but_for_float32() -> None:
    ours = discrete().level(torch.arange(1000, dtype=torch.float64))
    assert torch.allclose(PROCESS.level(torch.arange(1000, dtype=torch.float64)), ours, rtol=2e-4)


def same(levels: Levels, sigmas: torch.Tensor) -> bool:
    return torch.allclose(levels.s, sigmas.double(), rtol=1e-6, atol=1e-7)


def euler(**settings: object) -> torch.Tensor:
    scheduler = DIFFUSERS.EulerDiscreteScheduler(**TABLE, **settings)
    scheduler.set_timesteps(STEPS)
    sigmas: torch.Tensor = scheduler.sigmas
    return sigmas


@pytest.mark.parametrize("spacing", ["linspace", "leading", "trailing"])
def test_euler_has_the_spacings_of_times(spacing: Literal["linspace", "leading", "trailing"]) -> None:
    """Trailing and leading times of 17 steps are rounded there, so the comparison is at 20, which divides 1000."""
    scheduler = DIFFUSERS.EulerDiscreteScheduler(**TABLE, timestep_spacing=spacing)
    scheduler.set_timesteps(20)
    ours = uniform_time(PROCESS, num_inference_steps=20, timestep_spacing=spacing)
    found = scheduler.sigmas.double()
    # Between whole times the level is linear there, and log s is linear here.
    assert torch.allclose(ours.s, found, rtol=1e-6 if spacing != "linspace" else 2e-4, atol=1e-7)


@pytest.mark.parametrize("spacing", ["linspace", "leading", "trailing"])
def test_dpm_solver_has_the_spacings_of_times_at_whole_times(
    spacing: Literal["linspace", "leading", "trailing"],
) -> None:
    """Its linspace and leading spacings are cut for one step more than is made, whose last is left out."""
    scheduler = DIFFUSERS.DPMSolverMultistepScheduler(**TABLE, timestep_spacing=spacing, final_sigmas_type="zero")
    scheduler.set_timesteps(20)
    levels = PROCESS.level(scheduler.timesteps.double())
    assert torch.allclose(levels, scheduler.sigmas[:-1].double(), rtol=1e-6)
    if spacing == "trailing":
        assert same(uniform_time(PROCESS, num_inference_steps=20), scheduler.sigmas)
    if spacing == "linspace":
        fine = PROCESS.time(uniform_time(PROCESS, num_inference_steps=21, timestep_spacing="linspace").s[:-2])
        assert torch.equal(fine.round(), scheduler.timesteps.double())


def test_euler_has_the_grid_of_karras() -> None:
    low, high = ENDS
    assert same(karras(num_inference_steps=STEPS, sigma_min=low, sigma_max=high), euler(use_karras_sigmas=True))


def test_euler_has_the_exponential_grid() -> None:
    low, high = ENDS
    ours = uniform_log_snr(num_inference_steps=STEPS, sigma_min=low, sigma_max=high)
    assert same(ours, euler(use_exponential_sigmas=True))


def test_euler_has_the_grid_of_beta_quantiles() -> None:
    low, high = ENDS
    ours = beta_sigma(num_inference_steps=STEPS, sigma_min=low, sigma_max=high)
    assert same(ours, euler(use_beta_sigmas=True))


def same_flow(levels: Levels, mu: float | None = None, **settings: object) -> bool:
    """Whether the times s/(1 + s) are those of a flow whose pipeline hands over even ones."""
    scheduler = DIFFUSERS.FlowMatchEulerDiscreteScheduler(**settings)
    scheduler.set_timesteps(sigmas=np.linspace(1.0, 1 / STEPS, STEPS).tolist(), mu=mu)
    t = torch.where(torch.isinf(levels.s), 1.0, levels.s / (1 + levels.s))
    return torch.allclose(t, scheduler.sigmas.double(), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("shift", [1.0, 3.0])
def test_a_flow_has_the_fixed_shift(shift: float) -> None:
    assert same_flow(flow_shift(num_inference_steps=STEPS, shift=shift), shift=shift)


@pytest.mark.parametrize("side", [512, 1024])
def test_a_flow_has_the_shift_of_the_resolution(side: int) -> None:
    tokens = (side // 16) ** 2
    mu = 0.5 + (1.15 - 0.5) * (tokens - 256) / (4096 - 256)
    ours = flow_shift_by_resolution(num_inference_steps=STEPS, width=side, height=side)
    assert same_flow(ours, mu, use_dynamic_shifting=True)


@pytest.mark.parametrize(
    ("network", "name"),
    [("sd15", "StableDiffusionSigmas"), ("sdxl", "StableDiffusionXLSigmas"), ("svd", "StableDiffusionVideoSigmas")],
)
def test_the_published_lists_are_those_of_others(network: Network, name: str) -> None:
    assert align_your_steps(network=network).s.tolist() == pytest.approx(LISTS[name], rel=1e-12)


def test_other_numbers_of_steps_are_interpolated_in_the_log() -> None:
    whole = [*LISTS["StableDiffusionXLSigmas"][:-1], 0.029]
    steps = np.linspace(0, 1, 26)
    expected = np.exp(np.interp(steps, np.linspace(0, 1, 11), np.log(whole)))
    found = align_your_steps(network="sdxl", num_inference_steps=25).s.tolist()
    assert found == pytest.approx([*expected[:-1].tolist(), 0.0], rel=1e-12)
    assert not any(map(math.isinf, found))
