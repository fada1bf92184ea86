"""Solvers of flow maps: with the exact map every γ keeps the law, and one step is enough."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.model.flow_map import flow_map
from nodes.solver.consistency import consistency
from nodes.solver.ctm import ctm
from nodes.solver.ddim import ddim
from nodes.solver.euler import euler
from nodes.solver.mean_flow import mean_flow
from nodes.solver.one_step import one_step
from tests.nodes.exact_mixture import Mixture
from tests.nodes.gaussian import Gaussian, context, pure_noise

GRID = Levels(torch.tensor([math.inf, 4.0, 1.0, 0.3, 0.0]))


def sampled(solver: Solver, count: int = 4, levels: Levels = GRID) -> Sample:
    """With the exact map of a Gaussian."""
    return solve(flow_map(Gaussian(0.5, 0.3), substeps=24), solver, pure_noise(count), levels, context())


def moments(x: Tensor) -> tuple[float, float]:
    """The mean and the variance over all numbers."""
    return float(x.mean()), float(x.var())


@pytest.mark.parametrize("gamma", [0.0, 0.3, 0.7, 1.0])
def test_with_the_exact_map_every_gamma_keeps_the_law(gamma: float) -> None:
    mean, variance = moments(sampled(ctm(gamma=gamma), 1500).x)
    floor = math.sqrt(0.3 / 3000)
    assert abs(mean - 0.5) < 4 * floor
    assert abs(variance - 0.3) < 4 * 0.3 * math.sqrt(2 / 3000)


def test_without_a_map_consistency_sampling_is_too_narrow() -> None:
    _, variance = moments(solve(Gaussian(0.5, 0.3), consistency(), pure_noise(800), GRID, context()).x)
    assert variance < 0.2


def test_gamma_of_0_is_euler_and_of_1_is_consistency() -> None:
    assert torch.equal(sampled(ctm(gamma=0.0)).x, sampled(euler()).x)
    assert torch.equal(sampled(ctm(gamma=1.0)).x, sampled(consistency()).x)
    assert torch.equal(sampled(mean_flow()).x, sampled(euler()).x)


def test_a_step_of_consistency_is_the_end_of_the_flow_with_fresh_noise() -> None:
    states = pure_noise(3)
    ctx = context()
    solver = consistency()
    levels = Levels(torch.tensor([math.inf, 2.0]))
    state = solver.start(states, levels, ctx)
    kernel = solver.kernel(flow_map(Gaussian(0.5, 0.3), substeps=60), state, levels.of(states.rows)[1], ctx)
    end = 0.5 + math.sqrt(0.3) * states.x
    torch.testing.assert_close(kernel.mean, end / math.sqrt(5), rtol=0, atol=1e-5)
    torch.testing.assert_close(kernel.std, torch.full((3,), 2 / math.sqrt(5), dtype=torch.float64))


def test_an_ordinary_model_is_stepped_as_by_ddim_with_more_noise() -> None:
    """√(1 − γ²) s' = s_down of DDIM where γ s' = s_up."""
    s, s_next, eta = 3.0, 1.0, 0.6
    gamma = eta * math.sqrt(1 - s_next**2 / s**2)
    levels = Levels(torch.tensor([s, s_next]))
    one, other = (
        solve(Mixture(), solver, pure_noise(3), levels, context()).x for solver in (ctm(gamma=gamma), ddim(eta=eta))
    )
    torch.testing.assert_close(one, other, rtol=0, atol=1e-12)


def test_where_the_level_rises_nothing_is_drawn() -> None:
    rising = Levels(torch.tensor([0.0, 0.5, 3.0]))
    noise = pure_noise(3)
    clean = Sample(noise.x, torch.zeros(3, dtype=torch.float64), noise.space, noise.rows)
    one, other = (solve(Mixture(), solver, clean, rising, context()).x for solver in (consistency(), euler()))
    assert torch.equal(one, other)
    assert torch.equal(solve(Mixture(), one_step(), clean, rising, context()).x, other)


def test_one_step_asks_once_and_is_done() -> None:
    ctx = context()
    sample = solve(Mixture(), one_step(), pure_noise(3), Levels(torch.tensor([8.0, 2.0, 0.5])), ctx)
    assert ctx.meter.rows == 3
    assert torch.equal(sample.s, torch.zeros(3, dtype=torch.float64))
    whole = solve(Mixture(), euler(), pure_noise(3), Levels(torch.tensor([8.0, 0.0])), context())
    assert torch.equal(sample.x, whole.x)
