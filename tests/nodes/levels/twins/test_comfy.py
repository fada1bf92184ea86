"""Grids against the formulas of ComfyUI and k-diffusion, written down again over a table of levels."""

from __future__ import annotations

import math
from collections.abc import Callable
from importlib import import_module

import pytest
import torch

from nodes.contracts.levels import Levels
from nodes.contracts.process import Process
from nodes.levels.beta import beta
from nodes.levels.ddim_uniform import ddim_uniform
from nodes.levels.kl_optimal import kl_optimal
from nodes.levels.linear_quadratic import linear_quadratic
from nodes.levels.normal import normal
from nodes.levels.polyexponential import polyexponential
from nodes.levels.sgm_uniform import sgm_uniform
from nodes.levels.simple import simple
from nodes.levels.turbo import turbo
from nodes.process.discrete import discrete
from nodes.process.flow import flow

STATS = import_module("scipy.stats")  # has no types
STEPS = (1, 4, 7, 20, 50)


def table() -> list[float]:
    """σ/α at the thousand times of Stable Diffusion, from its betas."""
    product, levels = 1.0, []
    for number in range(1000):
        product *= 1 - (0.00085**0.5 + (0.012**0.5 - 0.00085**0.5) * number / 999) ** 2
        levels.append(math.sqrt((1 - product) / product))
    return levels


def flow_table() -> list[float]:
    """t/(1 − t) at the thousand times of a flow of shift 3."""
    shifted = [3 * (k / 1000) / (1 + 2 * (k / 1000)) for k in range(1, 1001)]
    return [t / (1 - t) if t < 1 else math.inf for t in shifted]


def between(levels: list[float], time: float) -> float:
    """The level at a time with a fraction: log s is linear."""
    low, part = min(int(time), len(levels) - 2), time - min(int(time), len(levels) - 2)
    return float(levels[low] ** (1 - part) * levels[low + 1] ** part)


def theirs_simple(levels: list[float], steps: int) -> list[float]:
    return [levels[-(1 + int(number * len(levels) / steps))] for number in range(steps)]


def theirs_ddim_uniform(levels: list[float], steps: int) -> list[float]:
    return levels[1 :: max(len(levels) // steps, 1)][::-1]


def theirs_turbo(levels: list[float], steps: int) -> list[float]:
    return [levels[round(k * 1000 / steps) - 1] for k in range(steps, 0, -1)]


def theirs_beta(levels: list[float], steps: int) -> list[float]:
    places = [round(float(STATS.beta.ppf(1 - i / steps, 0.6, 0.6)) * (len(levels) - 1)) for i in range(steps)]
    return [levels[place] for number, place in enumerate(places) if number == 0 or place != places[number - 1]]


WHOLE: list[tuple[Callable[[Process, int], Levels], Callable[[list[float], int], list[float]]]] = [
    (lambda own, steps: simple(own, num_inference_steps=steps), theirs_simple),
    (lambda own, steps: ddim_uniform(own, num_inference_steps=steps), theirs_ddim_uniform),
    (lambda own, steps: turbo(own, num_inference_steps=steps), theirs_turbo),
    (lambda own, steps: beta(own, num_inference_steps=steps, whole_times=True), theirs_beta),
]


@pytest.mark.parametrize(("ours", "theirs"), WHOLE, ids=["simple", "ddim_uniform", "turbo", "beta"])
@pytest.mark.parametrize("steps", STEPS)
def test_a_grid_of_whole_times_is_theirs_on_a_table_and_on_a_flow(
    ours: Callable[[Process, int], Levels], theirs: Callable[[list[float], int], list[float]], steps: int
) -> None:
    assert ours(discrete(), steps).s.tolist() == pytest.approx([*theirs(table(), steps), 0.0], rel=1e-9)
    assert ours(flow(shift=3.0), steps).s.tolist() == pytest.approx([*theirs(flow_table(), steps), 0.0], rel=1e-9)


@pytest.mark.parametrize("steps", [2, 7, 20])
def test_normal_and_sgm_uniform_go_between_the_times(steps: int) -> None:
    levels = table()
    even = [between(levels, 999 - i * 999 / (steps - 1)) for i in range(steps)]
    assert normal(discrete(), num_inference_steps=steps).s.tolist() == pytest.approx([*even, 0.0], rel=1e-9)
    without_last = [between(levels, 999 - i * 999 / steps) for i in range(steps)]
    assert sgm_uniform(discrete(), num_inference_steps=steps).s.tolist() == pytest.approx([*without_last, 0], rel=1e-9)


def test_normal_of_a_flow_ends_at_a_thousandth() -> None:
    s = normal(flow(), num_inference_steps=5).s
    times = torch.linspace(1, 0.001, 5, dtype=torch.float64)
    assert s[1:-1].tolist() == pytest.approx((times[1:] / (1 - times[1:])).tolist(), rel=1e-12)
    assert math.isinf(s[0])


@pytest.mark.parametrize("steps", [2, 5, 8, 20])
def test_linear_quadratic_is_the_published_polynomial(steps: int) -> None:
    """a i² + b i + c beyond the line, as Mochi writes the coefficients."""
    linear, q = steps // 2, 0.025
    d, rest = linear - q * steps, steps - linear
    a, b = d / (linear * rest**2), q / linear - 2 * d / rest**2
    passed = [q * i / linear if i < linear else a * i * i + b * i + a * linear**2 for i in range(steps)]
    s = linear_quadratic(num_inference_steps=steps).s
    assert math.isinf(s[0])
    assert s[1:].tolist() == pytest.approx([*((1 - x) / x for x in passed[1:]), 0.0], rel=1e-9)


def test_polyexponential_is_that_of_k_diffusion() -> None:
    for rho in (1.0, 2.5):
        ramp = torch.linspace(1, 0, 12, dtype=torch.float64) ** rho
        expected = torch.exp(ramp * (math.log(14.6) - math.log(0.03)) + math.log(0.03))
        s = polyexponential(num_inference_steps=12, sigma_min=0.03, sigma_max=14.6, rho=rho).s
        assert torch.allclose(s[:-1], expected, rtol=1e-12)


def test_kl_optimal_is_even_in_the_angle() -> None:
    s = kl_optimal(num_inference_steps=9, sigma_min=0.03, sigma_max=14.6).s
    part = torch.arange(9, dtype=torch.float64) / 8
    assert torch.allclose(s[:-1], torch.tan(part * math.atan(0.03) + (1 - part) * math.atan(14.6)), rtol=1e-12)
