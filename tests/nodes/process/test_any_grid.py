"""The level is the coordinate: whatever process a grid is made by, and whatever process a network knows."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from nodes.contracts.asking import predict
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.process import Process
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.levels.clip import clip
from nodes.levels.simple import simple
from nodes.levels.uniform_time import uniform_time
from nodes.process.discrete import discrete
from nodes.process.flow import flow
from nodes.process.input_scale import input_scale
from nodes.process.sub_vp import sub_vp
from nodes.process.trigonometric import trigonometric
from nodes.process.ve import ve
from nodes.process.vp_linear import vp_linear
from nodes.process.vp_sigmoid import vp_sigmoid
from nodes.solver.ddim import ddim
from nodes.solver.heun import heun
from tests.nodes.exact_mixture import Mixture, flow_along, posterior_mean
from tests.nodes.gaussian import context, pure_noise, query
from tests.nodes.processes.test_adapted import EXACT, network

FIRST, LAST = 12.0, 0.3
PROCESSES: dict[str, Process] = {
    "vp_linear": vp_linear(),
    "sigmoid": vp_sigmoid(),
    "table": discrete(),
    "sub_vp": sub_vp(),
    "ve": ve(),
    "flow": flow(shift=3.0),
    "circle": trigonometric(),
    "smaller": input_scale(vp_linear(), scale=0.5),
}
every_grid = pytest.mark.parametrize("grid", PROCESSES.values(), ids=PROCESSES)
START = torch.randn(6, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(5)) * FIRST


def within(process: Process, steps: int) -> Levels:
    """The even times of a process from one level to another that all of them have."""
    return clip(uniform_time(process, num_inference_steps=steps), sigma_min=LAST, sigma_max=FIRST)


def begun(y: Tensor) -> Sample:
    """Points y = x0 + s ε at the first level."""
    s = torch.full((len(y),), FIRST, dtype=torch.float64)
    return Sample(y / (1 + FIRST**2) ** 0.5, s, Mixture.space, Rows.first(0, len(y)))


@functools.cache
def exact_end() -> Tensor:
    """Where the probability flow takes the points."""
    return flow_along(begun(START).x, FIRST, LAST)


def in_vp(s: Tensor) -> Tensor:
    """DDIM as it is written for α² + σ² = 1; the end y."""
    alpha, sigma = 1 / torch.sqrt(1 + s**2), s / torch.sqrt(1 + s**2)
    x = alpha[0] * START
    for now in range(len(s) - 1):
        x0 = posterior_mean(x / alpha[now], s[now].expand(len(x)))
        eps = (x - alpha[now] * x0) / sigma[now]
        x = alpha[now + 1] * x0 + sigma[now + 1] * eps
    return x / alpha[-1]


def in_ve(s: Tensor) -> Tensor:
    """Euler on dy/dσ = ε."""
    y = START
    for now, then in itertools.pairwise(s):
        y = y + (then - now) * (y - posterior_mean(y, now.expand(len(y)))) / now
    return y


def in_flow(s: Tensor) -> Tensor:
    """Euler on dx/dt = u, u = ε − x0, x = (1 − t) x0 + t ε; the end y."""
    t = s / (1 + s)
    x = (1 - t[0]) * START
    for number in range(len(s) - 1):
        x0 = posterior_mean(x / (1 - t[number]), s[number].expand(len(x)))
        eps = (x - (1 - t[number]) * x0) / t[number]
        x = x + (t[number + 1] - t[number]) * (eps - x0)
    return x / (1 - t[-1])


@every_grid
@pytest.mark.parametrize("theirs", [in_vp, in_ve, in_flow])
def test_ddim_and_euler_and_the_flow_make_the_same_steps_at_equal_levels(
    grid: Process, theirs: Callable[[Tensor], Tensor]
) -> None:
    levels = within(grid, 12)
    ours = solve(Mixture(), ddim(), begun(START), levels, context())
    y = ours.x * torch.sqrt(1 + levels.s[-1] ** 2)
    assert torch.allclose(y, theirs(levels.s), rtol=1e-12, atol=1e-12)


@every_grid
def test_one_law_has_the_same_samples_under_the_grids_of_every_process(grid: Process) -> None:
    """Steps of the second order: what is left of the grid is the error of its steps."""
    ends = [solve(Mixture(), heun(), begun(START), within(grid, steps), context()).x for steps in (12, 36)]
    coarse, fine = (float((end - exact_end()).abs().max()) for end in ends)
    assert fine < 0.03
    assert fine < coarse / 4


@every_grid
@pytest.mark.parametrize("own", ["vp_linear", "ve", "flow", "smaller"])
def test_a_network_of_one_process_is_solved_under_the_grid_of_another(grid: Process, own: str) -> None:
    levels = clip(within(grid, 6), sigma_max=10.0)
    s = torch.full((3,), float(levels.s[0]), dtype=torch.float64)
    noise = Sample(pure_noise(3).x, s, EXACT.space, Rows.first(3, 3))
    exactly, asked = (
        solve(model, heun(), noise, levels, context()).x for model in (EXACT, network(PROCESSES[own], "velocity"))
    )
    assert torch.allclose(asked, exactly, rtol=0, atol=1e-8)


def test_a_network_of_whole_times_is_exact_at_these_and_only_there() -> None:
    """At a level between two times it answers for the nearest one: told and scaled alike, never for a time between."""
    whole = network(discrete(whole_times=True), "epsilon")
    x = pure_noise(4).x

    def answers(s: float) -> tuple[Tensor, Tensor]:
        return predict(whole, query(x, s), context()).x0, predict(EXACT, query(x, s), context()).x0

    on, between = simple(discrete(), num_inference_steps=7).s[3:5].tolist()
    for s in (on, between):
        assert torch.allclose(*answers(s), rtol=0, atol=1e-9)
    process = discrete(whole_times=True)
    half = torch.tensor(428.4, dtype=torch.float64)
    found, exactly = answers(float(discrete().level(half)))
    assert float((found - exactly).abs().max()) > 1e-7
    nearest = float(process.level(torch.tensor(428.0, dtype=torch.float64)))
    assert torch.allclose(found, predict(EXACT, query(x, nearest), context()).x0, rtol=0, atol=1e-9)
