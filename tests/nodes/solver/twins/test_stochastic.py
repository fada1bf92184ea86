"""Stochastic solvers against diffusers' schedulers: each step begun at our state, with our answers and our noise."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable
from typing import Protocol

import pytest
import torch
from torch import Tensor

from nodes.contracts.context import Context
from nodes.contracts.driving import drive
from nodes.contracts.levels import Levels, angle
from nodes.contracts.noise import CounterNoise, Drawing
from nodes.contracts.solver import Solver
from nodes.contracts.state import State
from nodes.solver.ancestral import ancestral
from nodes.solver.churn import churn
from nodes.solver.ddim import ddim
from nodes.solver.ddpm import Variance, ddpm
from nodes.solver.dpm_2_ancestral import dpm_2_ancestral
from nodes.solver.dpmpp_2m_sde import SolverType, dpmpp_2m_sde
from nodes.solver.dpmpp_sde import dpmpp_sde
from nodes.solver.euler import euler
from tests.nodes.exact_mixture import Mixture, posterior_mean
from tests.nodes.gaussian import context, pure_noise

pytestmark = [
    pytest.mark.filterwarnings(
        "ignore:__array__ implementation doesn't accept a copy keyword, so passing copy=False failed:DeprecationWarning"
    ),
    pytest.mark.filterwarnings(
        "ignore:__array_wrap__ must accept context and return_scalar arguments:DeprecationWarning"
    ),
]
COUNT = 6
S = torch.tensor([14.0, 8.0, 5.0, 2.6, 1.7, 0.9, 0.5, 0.21, 0.1], dtype=torch.float64)


class Stepped(Protocol):
    """What a scheduler's step gives."""

    prev_sample: Tensor


class Scheduler(Protocol):
    """What is used of a scheduler; each has some of it."""

    sigmas: Tensor
    sigmas_interpol: Tensor
    timesteps: Tensor
    alphas_cumprod: Tensor
    is_scale_input_called: bool
    noise_sampler: Callable[[Tensor, Tensor], Tensor]

    def set_timesteps(self, num_inference_steps: int) -> None:
        """Choose the levels."""

    def previous_timestep(self, timestep: Tensor) -> Tensor:
        """The time after this one."""

    def step(self, model_output: Tensor, timestep: Tensor, sample: Tensor, **settings: object) -> Stepped:
        """One step."""


def scheduler(name: str, steps: int, **settings: str | int | bool) -> Scheduler:
    """A scheduler of diffusers with so many steps."""
    make: Callable[..., Scheduler] = getattr(importlib.import_module("diffusers"), f"{name}Scheduler")
    made = make(**settings)
    made.set_timesteps(steps)
    return made


def seeded(step: int, draw: int = 0) -> torch.Generator:
    """A generator that draws the noise of a step."""
    return torch.Generator().manual_seed(100 * step + draw)


def noise_of(step: int, draw: int = 0) -> Tensor:
    """The noise of a step."""
    return torch.randn(COUNT, 2, generator=seeded(step, draw), dtype=torch.float64)


class Given(CounterNoise):
    """The noise of each step; what is drawn on the way is the next draw."""

    def normal(self, at: Drawing, purpose: str, draw: int = 0) -> Tensor:
        """Of the step's number."""
        return noise_of(int(at.step[0]), 1 if purpose == "stage 0" else draw)


def states_of(solver: Solver, s: Tensor) -> list[State]:
    """All states of a run of ours on the mixture."""
    return list(drive(Mixture(), solver, pure_noise(COUNT), Levels(s), Context(context().meter, Given())))


def y_of(state: State) -> Tensor:
    """x0 + s ε."""
    return state.x * torch.sqrt(1 + state.s[:, None] ** 2)


def slope(y: Tensor, s: float) -> Tensor:
    """The ε of the mixture at y."""
    return (y - posterior_mean(y, torch.full((len(y),), s, dtype=torch.float64))) / s


def near(found: Tensor, expected: Tensor) -> None:
    """As near as float32 leaves it, which these schedulers go through; y is up to 40."""
    torch.testing.assert_close(found, expected, rtol=2e-6, atol=2e-5)


def giving(drawn: Tensor) -> Callable[[Tensor, Tensor], Tensor]:
    """A Brownian motion that has this increment."""
    return lambda _, __: drawn


@pytest.mark.parametrize(
    ("order", "kind", "make"),
    [
        (1, "midpoint", lambda: ddim(eta=1.0)),
        (2, "midpoint", dpmpp_2m_sde),
        (2, "heun", lambda: dpmpp_2m_sde(solver_type="heun")),
    ],
)
def test_sde_dpmpp_is_the_multistep_scheduler(order: int, kind: SolverType, make: Callable[[], Solver]) -> None:
    settings: dict[str, str | int | bool] = {"algorithm_type": "sde-dpmsolver++", "solver_type": kind}
    settings |= {"solver_order": order, "prediction_type": "sample", "lower_order_final": False}
    theirs = scheduler("DPMSolverMultistep", len(S) - 1, **settings, final_sigmas_type="sigma_min")
    theirs.sigmas = S
    states = states_of(make(), S)
    for number, time in enumerate(theirs.timesteps):
        before, after = states[number], states[number + 1]
        assert after.pred is not None
        found = theirs.step(after.pred.x0, time, before.x, variance_noise=noise_of(number)).prev_sample
        torch.testing.assert_close(found, after.x, rtol=0, atol=1e-6)  # the noise goes through float32


@pytest.mark.parametrize("eta", [0.4, 1.0])
def test_ddim_is_the_scheduler_over_its_table(eta: float) -> None:
    theirs = scheduler("DDIM", 10, clip_sample=False)
    theirs.alphas_cumprod = theirs.alphas_cumprod.double()
    states = states_of(ddim(eta=eta), levels_of(theirs, theirs.timesteps - 100))
    for number, time in enumerate(theirs.timesteps):
        before, after = states[number], states[number + 1]
        eps = slope(y_of(before), float(before.s[0]))
        found = theirs.step(eps, time, before.x, eta=eta, variance_noise=noise_of(number)).prev_sample
        torch.testing.assert_close(found, after.x, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("variance", ["fixed_small", "fixed_large"])
def test_ddpm_is_the_scheduler_over_its_table(variance: Variance) -> None:
    theirs = scheduler("DDPM", 10, clip_sample=False, variance_type=variance)
    theirs.alphas_cumprod = theirs.alphas_cumprod.double()
    states = states_of(ddpm(variance_type=variance), levels_of(theirs, theirs.timesteps - 100))
    for number, time in enumerate(theirs.timesteps):
        before, after = states[number], states[number + 1]
        eps = slope(y_of(before), float(before.s[0]))
        found = theirs.step(eps, time, before.x, generator=seeded(number)).prev_sample
        torch.testing.assert_close(found, after.x, rtol=1e-9, atol=1e-9)


def levels_of(theirs: Scheduler, after: Tensor) -> Tensor:
    """The levels of a table at the scheduler's times, each followed by those `after`; data below the table."""
    times = [*theirs.timesteps.tolist(), int(after[-1])]
    kept = torch.tensor([float(theirs.alphas_cumprod[time]) if time >= 0 else 1.0 for time in times])
    table = torch.stack([theirs.alphas_cumprod[time] for time in times if time >= 0])
    kept = kept.double()
    kept[: len(table)] = table
    return torch.sqrt((1 - kept) / kept)


def test_ancestral_is_the_scheduler_of_eulers_method() -> None:
    theirs = scheduler("EulerAncestralDiscrete", len(S) - 1)
    theirs.sigmas, theirs.is_scale_input_called = S, True
    states = states_of(ancestral(), S)
    for number, time in enumerate(theirs.timesteps):
        before, after = states[number], states[number + 1]
        eps = slope(y_of(before), float(S[number]))
        found = theirs.step(eps, time, y_of(before), generator=seeded(number)).prev_sample
        near(found, y_of(after))


def test_churn_over_euler_is_the_scheduler_with_churn() -> None:
    """The scheduler is told the ε of the point that its noise leads to, though it would be asked for before."""
    steps, settings = len(S) - 1, {"s_churn": 2.0, "s_tmin": 0.3, "s_tmax": 6.0, "s_noise": 1.01}
    theirs = scheduler("EulerDiscrete", steps)
    theirs.sigmas, theirs.is_scale_input_called = S, True
    solver = churn(euler(), s_churn=2.0, s_tmin=0.3, s_tmax=6.0, s_noise=1.01, num_inference_steps=steps)
    states = states_of(solver, S)
    for number, time in enumerate(theirs.timesteps):
        before, after = states[number], states[number + 1]
        s = float(S[number])
        up = s * (1 + 2.0 / steps) if 0.3 <= s <= 6.0 else s
        raised = y_of(before) + math.sqrt(up * up - s * s) * 1.01 * noise_of(number)
        found = theirs.step(slope(raised, up), time, y_of(before), generator=seeded(number), **settings).prev_sample
        near(found, y_of(after))


def test_dpm_2_ancestral_is_the_scheduler() -> None:
    theirs = scheduler("KDPM2AncestralDiscrete", 8)
    s = torch.cat([theirs.sigmas[:1], theirs.sigmas[1::2]]).double()
    states = states_of(dpm_2_ancestral(), s)
    for number in range(len(theirs.timesteps) // 2):
        before, after = states[number], states[number + 1]
        first, second = theirs.timesteps[2 * number : 2 * number + 2]
        y, middle = y_of(before), float(theirs.sigmas_interpol[2 * number])
        between = theirs.step(slope(y, float(s[number])), first, y).prev_sample
        found = theirs.step(slope(between, middle), second, between, generator=seeded(number)).prev_sample
        near(found, y_of(after))


def test_dpmpp_sde_is_the_scheduler_given_the_same_two_increments() -> None:
    theirs = scheduler("DPMSolverSDE", 8)
    s = torch.cat([theirs.sigmas[:1], theirs.sigmas[1::2]]).double()
    states = states_of(dpmpp_sde(), s)
    for number in range(len(s) - 2):
        before, after = states[number], states[number + 1]
        now, then = s[number], s[number + 1]
        middle = torch.sqrt(now * then)
        seen = (angle(now) - angle(middle)) / (angle(now) - angle(then))
        whole = torch.sqrt(seen) * noise_of(number, 1) + torch.sqrt(1 - seen) * noise_of(number)
        first, second = theirs.timesteps[2 * number : 2 * number + 2]
        y = y_of(before)
        theirs.noise_sampler = giving(noise_of(number, 1))
        between = theirs.step(slope(y, float(now)), first, y).prev_sample
        theirs.noise_sampler = giving(whole)
        found = theirs.step(slope(between, float(middle)), second, between).prev_sample
        near(found, y_of(after))
