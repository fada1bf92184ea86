"""A scheduler of diffusers, led along the states of one of our solvers."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor

from nodes.contracts.driving import drive
from nodes.contracts.levels import Levels
from nodes.contracts.solver import Solver
from nodes.contracts.state import State
from tests.nodes.exact_mixture import Mixture
from tests.nodes.gaussian import context, pure_noise

LEVELS = Levels(torch.tensor([14.0, 8.0, 5.0, 2.6, 1.7, 0.9, 0.5, 0.21, 0.1, 0.0], dtype=torch.float64))
"""Steps that differ, to data."""
SINGLE = 2e-6
"""What rounding to float32 leaves, of numbers up to 5."""


class Scheduler(Protocol):
    """What is used of diffusers' schedulers, each of which has some of it."""

    sigmas: Tensor
    alphas: Tensor
    betas: Tensor
    alphas_cumprod: Tensor
    timesteps: Tensor
    is_scale_input_called: bool

    def set_timesteps(self, num_inference_steps: int) -> None: ...

    def step(
        self, model_output: Tensor, timestep: Tensor, sample: Tensor, *, return_dict: bool
    ) -> tuple[Tensor, ...]: ...


def scheduler_named(name: str, **settings: object) -> Scheduler:
    """A scheduler of diffusers, most of which is not typed."""
    made: Scheduler = getattr(importlib.import_module("diffusers"), f"{name}Scheduler")(**settings)
    return made


def states_of(solver: Solver, levels: Levels = LEVELS) -> list[State]:
    """All states of a run of ours on the mixture."""
    return list(drive(Mixture(), solver, pure_noise(6), levels, context()))


def eps_at(before: State, after: State) -> Tensor:
    """The ε that was answered at the first state; the second holds the answer."""
    assert after.pred is not None
    s = before.s[:, None]
    return (before.x * torch.sqrt(1 + s * s) - after.pred.x0) / s


def x0_at(before: State, after: State) -> Tensor:
    """The x0 that was answered at the first state."""
    assert after.pred is not None
    return after.pred.x0


def farthest(
    scheduler: Scheduler,
    solver: Solver,
    answer: Callable[[State, State], Tensor] = x0_at,
    scale: Callable[[State], Tensor] = lambda state: torch.ones_like(state.x),
    levels: Levels = LEVELS,
) -> float:
    """How far the scheduler's steps and ours come apart, each begun at our states with our answers."""
    scheduler.set_timesteps(len(levels))
    scheduler.sigmas = levels.s
    states, apart = states_of(solver, levels), 0.0
    for timestep, before, after in zip(scheduler.timesteps, states[:-1], states[1:], strict=True):
        reached, *_ = scheduler.step(answer(before, after), timestep, before.x * scale(before), return_dict=False)
        apart = max(apart, float((reached - after.x * scale(after)).abs().max()))
    return apart
