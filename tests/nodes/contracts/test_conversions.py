"""What networks predict: each target by its formula, and every pair of them there and back."""

from __future__ import annotations

import itertools
import math
from typing import get_args

import pytest
import torch
from torch import Tensor

from graphs.errors import InputError
from nodes.contracts import conversions
from nodes.contracts.conversions import Coefficients, Target, score_of, target_from, x0_from, x0_shift
from nodes.contracts.process import Process
from nodes.processes.named import ProcessName, process_named

TARGETS: tuple[Target, ...] = get_args(Target)
PROCESSES: tuple[ProcessName, ...] = ("flow", "vp_linear", "vp_cosine", "ve", "edm", "ddpm_linear")
every_process = pytest.mark.parametrize("process", [process_named(name) for name in PROCESSES], ids=PROCESSES)


def points(count: int = 5) -> tuple[Tensor, Tensor, Tensor]:
    """Clean points, noise and levels away from the ends."""
    generator = torch.Generator().manual_seed(4)
    x0, eps = torch.randn(2, count, 3, dtype=torch.float64, generator=generator)
    return x0, eps, torch.logspace(-1.5, 1.5, count, dtype=torch.float64)


def noised(process: Process) -> tuple[Tensor, Tensor, Tensor, Coefficients]:
    x0, eps, s = points()
    at = Coefficients.of(process, s)
    return at.alpha[:, None] * x0 + at.sigma[:, None] * eps, x0, eps, at


@every_process
@pytest.mark.parametrize(("first", "second"), list(itertools.product(TARGETS, TARGETS)))
def test_every_pair_of_targets_goes_there_and_back(process: Process, first: Target, second: Target) -> None:
    x, x0, _, at = noised(process)
    one = target_from(first, x, x0, at)
    other = target_from(second, x, x0_from(first, x, one, at), at)
    again = x0_from(second, x, other, at)
    assert torch.allclose(again, x0, rtol=0, atol=1e-10)
    assert torch.allclose(target_from(first, x, again, at), one, rtol=1e-10, atol=1e-10)


@every_process
@pytest.mark.parametrize("target", TARGETS)
def test_each_target_is_what_its_paper_says(process: Process, target: Target) -> None:
    x, x0, eps, at = noised(process)
    alpha, sigma, alpha_rate, sigma_rate = (value[:, None] for value in at)
    data, rho = 0.7, sigma / alpha
    # EDM (arXiv:2206.00364, Table 1): D(y) = c_skip y + c_out F for y = x/α.
    skip, out = data**2 / (rho**2 + data**2), rho * data / torch.sqrt(rho**2 + data**2)
    expected = {
        "epsilon": eps,
        "sample": x0,
        "v_prediction": alpha * eps - sigma * x0,
        "velocity": alpha_rate * x0 + sigma_rate * eps,
        "score": -eps / sigma,
        "edm": (x0 - skip * x / alpha) / out,
        "iadb": x0 - eps,
    }[target]
    assert torch.allclose(target_from(target, x, x0, at, data), expected, rtol=1e-10, atol=1e-10)
    assert torch.allclose(x0_from(target, x, expected, at, data), x0, rtol=0, atol=1e-10)


def test_the_velocity_of_a_flow_is_noise_less_data() -> None:
    x, x0, eps, at = noised(process_named("flow"))
    assert torch.allclose(target_from("velocity", x, x0, at), eps - x0, rtol=0, atol=1e-11)


def test_alpha_blending_is_the_velocity_of_a_flow_turned_round() -> None:
    x, x0, _, at = noised(process_named("flow"))
    velocity = target_from("velocity", x, x0, at)
    assert torch.allclose(target_from("iadb", x, x0, at), -velocity, rtol=0, atol=1e-11)


@pytest.mark.parametrize("target", ["v_prediction", "velocity", "edm", "sample", "iadb"])
def test_at_pure_noise_x0_is_read_off_without_a_division_by_zero(target: Target) -> None:
    at = Coefficients.of(process_named("flow"), torch.tensor([math.inf], dtype=torch.float64))
    x, x0 = torch.full((1, 2), 0.3, dtype=torch.float64), torch.full((1, 2), -0.8, dtype=torch.float64)
    output = target_from(target, x, x0, at)
    assert torch.allclose(x0_from(target, x, output, at), x0, atol=1e-14)


def test_the_score_and_what_it_shifts() -> None:
    x0, eps, s = points()
    alpha, sigma = 1 / torch.sqrt(1 + s**2), s / torch.sqrt(1 + s**2)
    x = alpha[:, None] * x0 + sigma[:, None] * eps
    score = score_of(x, x0, s)
    assert torch.allclose(score, -eps / sigma[:, None], rtol=1e-10)
    # x0 = (x + σ² score)/α, so a change of the score by δ moves it by σ²/α δ.
    moved = score_of(x, x0 + x0_shift(torch.ones_like(x), s), s)
    assert torch.allclose(moved - score, torch.ones_like(x), rtol=1e-9)


@pytest.mark.parametrize("name", ["x0_from", "target_from"])
def test_an_unknown_target_is_refused(name: str) -> None:
    x, x0, _, at = noised(process_named("flow"))
    with pytest.raises(InputError, match="something unknown"):
        getattr(conversions, name)("noise", x, x0, at)
