"""Single-step solvers against diffusers' schedulers, over the same levels, with the same exact model, in float64."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable
from typing import Protocol

import pytest
import torch
from torch import Tensor

from nodes.contracts.driving import drive, solve
from nodes.contracts.levels import Levels
from nodes.contracts.solver import Solver
from nodes.solver.dpm_solver_2 import dpm_solver_2
from nodes.solver.dpm_solver_fast import dpm_solver_fast
from nodes.solver.dpmpp_2s import dpmpp_2s
from nodes.solver.heun import heun
from tests.nodes.exact_mixture import Mixture, posterior_mean
from tests.nodes.gaussian import context
from tests.nodes.solver.test_heun import at_top

pytestmark = [
    pytest.mark.filterwarnings(
        "ignore:`algorithm_types=dpmsolver` is deprecated and will be removed in version 1.0.0:FutureWarning"
    ),
    pytest.mark.filterwarnings(
        "ignore:__array__ implementation doesn't accept a copy keyword, so passing copy=False failed:DeprecationWarning"
    ),
    pytest.mark.filterwarnings(
        "ignore:__array_wrap__ must accept context and return_scalar arguments:DeprecationWarning"
    ),
]
AT_RANDOM = (12.0, 7.0, 4.5, 2.0, 1.1, 0.6, 0.35, 0.1, 0.06)


class Stepped(Protocol):
    """What a scheduler's step gives."""

    prev_sample: Tensor


class Scheduler(Protocol):
    """What is used of a scheduler."""

    sigmas: Tensor
    sigmas_interpol: Tensor
    timesteps: Tensor
    step_index: int | None
    state_in_first_order: bool

    def set_timesteps(self, num_inference_steps: int) -> None:
        """Choose the levels."""

    def scale_model_input(self, sample: Tensor, timestep: Tensor) -> Tensor:
        """What a model is given."""

    def step(self, model_output: Tensor, timestep: Tensor, sample: Tensor) -> Stepped:
        """One step."""


def scheduler(name: str, steps: int, **settings: str | int | bool) -> Scheduler:
    """A scheduler of diffusers with so many steps."""
    make: Callable[..., Scheduler] = getattr(importlib.import_module("diffusers"), name)
    made = make(**settings)
    made.set_timesteps(steps)
    return made


def noise_in(y: Tensor, s: Tensor) -> Tensor:
    """The ε of the mixture at y."""
    return (y - posterior_mean(y, s.double().expand(len(y)))) / s


def ours(solver: Solver, levels: Tensor, x: Tensor) -> list[Tensor]:
    """All points of a way."""
    begin = at_top(len(x), float(levels[0]))
    return [state.x for state in drive(Mixture(), solver, begin, Levels(levels), context())]


@pytest.mark.parametrize("last", [0.0, 0.03])
@pytest.mark.parametrize("count", [7, 8, 9])
def test_dpm_solver_fast_is_the_single_step_scheduler(count: int, last: float) -> None:
    levels = torch.tensor([*AT_RANDOM[:count], last], dtype=torch.float64)
    settings: dict[str, str | int | bool] = {"algorithm_type": "dpmsolver", "solver_type": "heun", "solver_order": 3}
    settings |= {"lower_order_final": True, "final_sigmas_type": "sigma_min"}
    theirs = scheduler("DPMSolverSinglestepScheduler", count, **settings)
    theirs.sigmas = levels
    x = at_top(6, AT_RANDOM[0]).x
    found = ours(dpm_solver_fast(), levels, x)
    for number, time in enumerate(theirs.timesteps):
        torch.testing.assert_close(found[number], x, rtol=1e-9, atol=1e-10)
        s = levels[number]
        if levels[number + 1] == 0:
            break  # their last step divides by 0 where it is not of order 1
        x = theirs.step(noise_in(x * torch.sqrt(1 + s * s), s), time, x).prev_sample
    else:
        torch.testing.assert_close(found[-1], x, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize(("kind", "make"), [("dpmsolver++", dpmpp_2s), ("dpmsolver", dpm_solver_2)])
def test_two_steps_of_the_single_step_scheduler_are_one_of_the_second_order(
    kind: str, make: Callable[[], Solver]
) -> None:
    levels = torch.logspace(1, -1, 9, dtype=torch.float64)
    settings: dict[str, str | int | bool] = {"algorithm_type": kind, "solver_type": "midpoint", "solver_order": 2}
    settings |= {"lower_order_final": False, "final_sigmas_type": "sigma_min"}
    theirs = scheduler("DPMSolverSinglestepScheduler", 8, **settings)
    theirs.sigmas = levels
    x = at_top(6, 10.0).x
    found = ours(make(), levels[::2], x)
    for number, time in enumerate(theirs.timesteps):
        s = levels[number]
        x = theirs.step(noise_in(x * torch.sqrt(1 + s * s), s), time, x).prev_sample
        if number % 2:
            torch.testing.assert_close(found[(number + 1) // 2], x, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize(("name", "make"), [("HeunDiscreteScheduler", heun), ("KDPM2DiscreteScheduler", dpm_solver_2)])
def test_two_calls_a_step_are_those_of_the_scheduler(name: str, make: Callable[[], Solver]) -> None:
    theirs = scheduler(name, 6, use_karras_sigmas=True, timestep_spacing="linspace")
    levels = torch.cat([theirs.sigmas[:1], theirs.sigmas[1::2]]).double()
    theirs.sigmas = theirs.sigmas.double()
    if name.startswith("K"):
        middle = torch.exp((levels[:-2].log() + levels[1:-1].log()) / 2)
        theirs.sigmas_interpol = torch.cat([levels[:1], middle.repeat_interleave(2), levels[-1:], levels[-1:]])
    top = float(levels[0])
    begin = at_top(6, top)
    y = begin.x * math.sqrt(1 + top * top)
    for time in theirs.timesteps:
        theirs.scale_model_input(y, time)  # which sets the index
        index = theirs.step_index
        assert index is not None
        between = name.startswith("K") and not theirs.state_in_first_order
        s = theirs.sigmas_interpol[index] if between else theirs.sigmas[index]
        y = theirs.step(noise_in(y, s), time, y).prev_sample
    found = solve(Mixture(), make(), begin, Levels(levels), context()).x
    torch.testing.assert_close(found, y.double(), rtol=1e-6, atol=1e-6)
