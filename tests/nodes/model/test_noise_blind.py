"""Networks that are not told the noise level, against the average over levels computed by force."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.conversions import Coefficients, Target, target_from
from nodes.contracts.driving import solve
from nodes.contracts.process import Process
from nodes.levels.uniform_time import uniform_time
from nodes.model.flow_map import flow_map
from nodes.model.frozen_time import frozen_time
from nodes.model.gaussian import gaussian
from nodes.model.mixture import mixture
from nodes.model.noise_blind import noise_blind
from nodes.noise.gaussian import gaussian as white
from nodes.processes.adapted import Adapted
from nodes.processes.named import ProcessName, process_named
from nodes.solver.euler import euler
from tests.nodes.gaussian import Gaussian as Network
from tests.nodes.gaussian import context
from tests.nodes.model.laws import x0_of

TWO = mixture(preset="own", dimension=1, means=(-1.0, 0.5), covariances=(0.04,), weights=(1.0, 2.0), names="low\nhigh")
LINE = torch.linspace(-2.5, 2.5, 2001, dtype=torch.float64)
TIMES = 12


def density(line: Tensor) -> Tensor:
    """Of `TWO`, but for its constant."""
    return torch.exp(-((line + 1) ** 2) / 0.08) + 2 * torch.exp(-((line - 0.5) ** 2) / 0.08)


def by_force(process: Process, target: Target, point: float) -> float:
    """E[r | x] = Σ p(t) p(x0) N(x; α x0, σ²) r / Σ p(t) p(x0) N(x; α x0, σ²), over times and data."""
    above, below = 0.0, 0.0
    for number in range(TIMES):
        time = torch.tensor(process.first + (number + 0.5) / TIMES * (process.last - process.first)).double()
        at = Coefficients.of(process, process.level(time))
        eps = (point - at.alpha * LINE) / at.sigma
        weights = density(LINE) * torch.exp(-0.5 * eps**2) / at.sigma
        results = {"velocity": at.alpha_rate * LINE + at.sigma_rate * eps, "epsilon": eps, "sample": LINE}
        above += float((weights * results[target]).sum())
        below += float(weights.sum())
    return above / below


@pytest.mark.parametrize("name", ["flow", "vp_linear", "edm"])
@pytest.mark.parametrize("target", ["velocity", "epsilon", "sample"])
def test_it_is_the_mean_of_the_target_over_data_noise_and_times(name: ProcessName, target: Target) -> None:
    process = process_named(name)
    model = noise_blind(TWO, process, target=target, num_times=TIMES)
    x = torch.tensor([[-1.2], [0.1], [0.9]], dtype=torch.float64)
    for s in (0.3, 2.0):
        at = Coefficients.of(process, torch.full((3,), s, dtype=torch.float64))
        own = torch.hypot(at.alpha, at.sigma)[:, None] * x
        found = target_from(target, own, x0_of(model, x, s), at)
        expected = torch.tensor([by_force(process, target, point) for point in own[:, 0].tolist()]).double()
        assert torch.allclose(found[:, 0], expected, rtol=1e-6, atol=1e-6)


def test_where_the_point_says_nothing_of_the_time_all_times_count_alike() -> None:
    """N(0, 1) in a process that preserves the variance looks the same at all levels."""
    normal, process = gaussian(mean=(0.0, 0.0, 0.0)), process_named("vp_linear")
    x, s = torch.randn(4, 3, dtype=torch.float64), torch.full((4,), 0.8, dtype=torch.float64)
    model = noise_blind(normal, process, target="epsilon", num_times=16)
    times = process.first + (torch.arange(16).double() + 0.5) / 16 * (process.last - process.first)
    eps = x * Coefficients.of(process, process.level(times)).sigma.mean()  # E[ε | x, t] = σ x
    at = Coefficients.of(process, s)
    expected = (x - at.sigma[:, None] * eps) / at.alpha[:, None]
    assert torch.allclose(x0_of(model, x, 0.8), expected, atol=1e-10)


def test_in_many_dimensions_the_level_is_seen_and_it_is_the_model_that_is_told() -> None:
    off = []
    for size in (4, 64, 1024):
        model = gaussian(mean=(0.0,), std=(0.2,), shape=(size,))
        blind = noise_blind(model, num_times=200)
        x = torch.randn(8, size, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
        x = x * math.sqrt((0.04 + 1) / 2)  # a point of the law at s = 1
        told, guessed = x0_of(model, x, 1.0), x0_of(blind, x, 1.0)
        off.append(float((guessed - told).norm() / told.norm()))
    assert off[0] > 0.5
    assert off[2] < off[1] / 2 < off[0] / 4


def test_without_the_level_it_still_samples_in_many_dimensions() -> None:
    model = gaussian(mean=(0.3,), std=(0.2,), shape=(512,))
    noise = white(model, count=4, seed=2)
    noise, grid = replace(noise, x=noise.x.double()), uniform_time(num_inference_steps=20)
    told = solve(model, euler(), noise, grid, context()).x
    guessed = solve(noise_blind(model, num_times=100), euler(), noise, grid, context()).x
    assert float((guessed - told).square().mean().sqrt()) < 0.05
    assert float(guessed.mean()) == pytest.approx(0.3, abs=0.02)
    assert float(guessed.std()) == pytest.approx(float(told.std()), abs=0.02)


def test_conditions_stay_and_the_ends_are_finite() -> None:
    model = noise_blind(TWO, num_times=TIMES)
    x = torch.tensor([[-0.4], [1.0]], dtype=torch.float64)
    low = x0_of(model, x, 3.0, model.prompt(("low",)))
    assert bool((low < x0_of(model, x, 3.0, model.prompt(("high",)))).all())
    assert torch.equal(x0_of(model, x, 0.0), x)
    for target in ("velocity", "epsilon", "score", "iadb"):
        for s in (1e-9, math.inf):
            assert bool(torch.isfinite(x0_of(noise_blind(TWO, target=target, num_times=4), x, s)).all())


def test_gradients_flow() -> None:
    model = noise_blind(TWO, num_times=5)
    x = torch.tensor([[-0.4], [0.6]], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda point: x0_of(model, point, 0.8), (x,))


def test_a_network_without_a_law_is_sent_to_the_frozen_time() -> None:
    for model in (Network(), flow_map(TWO)):
        with pytest.raises(InputError, match="is not known") as caught:
            noise_blind(model)
        assert "model.frozen_time" in caught.value.mend


@pytest.mark.parametrize(("name", "target"), [("flow", "velocity"), ("vp_linear", "epsilon"), ("edm", "edm")])
def test_freezing_the_time_of_a_network_that_ignores_it_changes_nothing(name: ProcessName, target: Target) -> None:
    def raw(x: Tensor, time: Tensor, entries: Mapping[str, Tensor]) -> Tensor:
        return torch.sin(2 * x) - 0.3

    blind = Adapted(raw, process_named(name), target, TWO.space)
    x = torch.tensor([[-1.2], [0.1], [0.9]], dtype=torch.float64)
    for s in (0.0, 0.05, 1.0, 7.0):
        for sigma in (0.3, 1.0, 20.0):
            frozen = frozen_time(blind, process_named(name), target=target, sigma=sigma)
            assert torch.allclose(x0_of(frozen, x, s), x0_of(blind, x, s), rtol=1e-9, atol=1e-9)


def test_a_frozen_network_is_right_at_its_own_level_and_elsewhere_only_there() -> None:
    x = torch.tensor([[-1.2], [0.1], [0.9]], dtype=torch.float64)
    frozen = frozen_time(TWO, sigma=0.7)
    assert torch.allclose(x0_of(frozen, x, 0.7), x0_of(TWO, x, 0.7), atol=1e-12)
    assert not torch.allclose(x0_of(frozen, x, 3.0), x0_of(TWO, x, 3.0), atol=0.05)
    # The velocity that is read at s = 3, t = 3/4, is that of the same point of the flow at t = 0.7/1.7.
    point = math.hypot(0.25, 0.75) * x
    told = x0_of(TWO, point / math.hypot(1 / 1.7, 0.7 / 1.7), 0.7)
    velocity = (point - told) / (0.7 / 1.7)
    assert torch.allclose(x0_of(frozen, x, 3.0), point - 0.75 * velocity, atol=1e-12)
