"""One law as networks of every process and target: the same model."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import get_args

import pytest
import torch
from torch import Tensor

from nodes.contracts.asking import predict
from nodes.contracts.conversions import Coefficients, Target, target_from
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.contracts.process import Process
from nodes.processes.adapted import Adapted
from nodes.processes.named import ProcessName, process_named
from nodes.processes.table import Discrete, linear_table
from nodes.solver.heun import heun
from tests.nodes.gaussian import Gaussian, context, means, pure_noise, query

TARGETS: tuple[Target, ...] = get_args(Target)
PROCESSES: tuple[ProcessName, ...] = get_args(ProcessName)
SIGMA_DATA = 0.6
EXACT = Gaussian(0.7, 0.3)


def network(process: Process, target: Target) -> Adapted:
    """The exact model of tests as a network that was trained perfectly for this process and target."""

    def raw(x: Tensor, time: Tensor, cond: Mapping[str, Tensor]) -> Tensor:
        s = process.level(time)
        at = Coefficients.of(process, s)
        ours = x / torch.hypot(at.alpha, at.sigma)[:, None]
        # The law of `EXACT` by itself, for y = x/α: (v y + s² m)/(v + s²); at s = inf it is m.
        finite = s.clamp(max=1e150)[:, None]
        y = ours * torch.sqrt(1 + finite**2)
        mean = cond.get("mean", torch.full((len(x), 1), EXACT.mean, dtype=x.dtype))
        x0 = (EXACT.variance * y / finite**2 + mean) / (EXACT.variance / finite**2 + 1)
        return target_from(target, x, x0, at, SIGMA_DATA)

    return Adapted(raw, process, target, EXACT.space, sigma_data=SIGMA_DATA)


def at_level(model: Model, x: Tensor, s: float) -> Tensor:
    return predict(model, query(x, s), context()).x0


def some_points() -> Tensor:
    return torch.tensor([[0.3, -1.2], [2.0, 0.1], [-0.4, 0.9]], dtype=torch.float64)


@pytest.mark.parametrize(("name", "target"), list(itertools.product(PROCESSES, TARGETS)))
def test_every_process_and_target_gives_the_same_x0(name: ProcessName, target: Target) -> None:
    model = network(process_named(name), target)
    for s in (0.05, 0.3, 1.0, 4.0, 14.0):
        assert torch.allclose(at_level(model, some_points(), s), at_level(EXACT, some_points(), s), rtol=0, atol=1e-9)


@pytest.mark.parametrize(("name", "target"), list(itertools.product(PROCESSES, TARGETS)))
def test_both_ends_are_finite(name: ProcessName, target: Target) -> None:
    model, x = network(process_named(name), target), some_points()
    for s in (1e-9, 1e9, math.inf):
        assert bool(torch.isfinite(at_level(model, x, s)).all())
        assert bool(torch.isfinite(at_level(model, x.float(), s)).all())
    assert torch.equal(at_level(model, x, 0.0), x)
    # At pure noise nothing is known but the mean; a process that ends earlier still sees 1/s of the point.
    far = min(1e4, process_named(name).level(torch.tensor(math.inf)).item())
    assert torch.allclose(at_level(model, x, math.inf), torch.full_like(x, EXACT.mean), atol=4 / far)


@pytest.mark.parametrize(
    ("name", "target"),
    [("ve", "score"), ("edm", "edm"), ("vp_linear", "epsilon"), ("ddpm_linear", "v_prediction"), ("flow", "velocity")],
)
def test_all_wrappings_of_a_law_are_sampled_alike(name: ProcessName, target: Target) -> None:
    levels = Levels(torch.tensor([30.0, 8.0, 2.0, 0.7, 0.2, 0.05, 0.0], dtype=torch.float64))
    expected = solve(EXACT, heun(), pure_noise(3), levels, context()).x
    found = solve(network(process_named(name), target), heun(), pure_noise(3), levels, context()).x
    assert torch.allclose(found, expected, rtol=0, atol=1e-9)


def test_a_network_of_whole_times_answers_for_the_level_it_was_asked_at() -> None:
    process = Discrete(linear_table(), whole=True)
    s = torch.tensor(0.517, dtype=torch.float64)
    told = process.level(process.time(s)).item()
    assert told != pytest.approx(0.517, abs=1e-5)
    found = at_level(network(process, "epsilon"), some_points(), 0.517)
    assert torch.allclose(found, at_level(EXACT, some_points(), told), rtol=0, atol=1e-10)


def test_the_condition_reaches_the_network() -> None:
    model, x = network(process_named("flow"), "velocity"), some_points()
    cond = means(0.1, -0.5, 2.0).gather(torch.arange(3))
    found = predict(model, query(x, 1.5, cond), context()).x0
    assert torch.allclose(found, predict(EXACT, query(x, 1.5, cond), context()).x0, rtol=0, atol=1e-10)


def test_gradients_pass_through_the_wrapping() -> None:
    x = some_points().requires_grad_()
    (slope,) = torch.autograd.grad(at_level(network(process_named("edm"), "edm"), x, 2.0).sum(), x)
    # For x0 = (v y + s² m)/(v + s²) and y = x √(1 + s²) the slope is v √(1 + s²)/(v + s²).
    expected = EXACT.variance * math.sqrt(5) / (EXACT.variance + 4)
    assert torch.allclose(slope, torch.full_like(slope, expected), rtol=1e-10)


def test_networks_of_other_targets_have_another_digest() -> None:
    assert network(process_named("flow"), "velocity").digest != network(process_named("flow"), "epsilon").digest
