"""Consistency sampling against the schedulers of diffusers, from the same states, answers and noise."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from nodes.contracts.levels import Levels
from nodes.contracts.solver import look
from nodes.solver.consistency import consistency
from tests.nodes.exact_mixture import Mixture
from tests.nodes.gaussian import context, pure_noise
from tests.nodes.solver.twins.stepping import SINGLE, Scheduler, scheduler_named

pytestmark = [
    pytest.mark.filterwarnings(f"ignore:{message}:DeprecationWarning")  # of diffusers' own arrays
    for message in (
        "__array__ implementation doesn't accept a copy keyword",
        "__array_wrap__ must accept context and return_scalar arguments",
    )
]
SEED, STEPS = 7, 5

Scale = Callable[[Tensor], Tensor]
Output = Callable[[Tensor, Tensor, Tensor], Tensor]


def one(s: Tensor) -> Tensor:
    """The wire's own coordinate."""
    return torch.ones_like(s)


def answered(x0: Tensor, point: Tensor, s: Tensor) -> Tensor:
    """The x0 that was predicted."""
    return x0


def farthest(scheduler: Scheduler, levels: Levels, scale: Scale = one, output: Output = answered) -> float:
    """How far the scheduler's steps and ours come apart; both draw the same noise."""
    noise, ctx, solver = pure_noise(4), context(), consistency()
    state, apart = solver.start(noise, levels, ctx), 0.0
    for number, s_next in enumerate(levels.of(noise.rows)[1:]):
        state, x0 = look(Mixture(), state, torch.zeros_like(s_next), ctx)
        s, to = state.s[:, None], s_next[:, None]
        point = state.x * scale(s)
        with torch.random.fork_rng():
            torch.manual_seed(SEED)
            reached, *_ = scheduler.step(output(x0, point, s), scheduler.timesteps[number], point, return_dict=False)
            torch.manual_seed(SEED)
            z = torch.randn(state.x.shape, dtype=torch.float64)
        kernel = solver.kernel(Mixture(), state, s_next, ctx)
        state = kernel.at(kernel.mean + kernel.std[:, None] * z)
        apart = max(apart, float((reached - state.x * scale(to)).abs().max()))
    return apart


def test_lcm() -> None:
    """It mixes a little of the sample into its output; with a large `timestep_scaling` nothing."""
    scheduler = scheduler_named("LCM", prediction_type="sample", timestep_scaling=1e8)
    scheduler.set_timesteps(STEPS)
    kept = scheduler.alphas_cumprod[scheduler.timesteps].double()
    levels = Levels(torch.cat([torch.sqrt((1 - kept) / kept), torch.zeros(1)]))
    assert farthest(scheduler, levels) < SINGLE


def test_consistency_models() -> None:
    """It steps y = x/α, wants the network's raw output, and goes to a smallest level that is here next to 0."""
    scheduler = scheduler_named("CMStochasticIterative", sigma_min=1e-6, clip_denoised=False)
    scheduler.set_timesteps(STEPS)
    scheduler.is_scale_input_called = True
    levels = Levels(scheduler.sigmas.double())

    def raw(x0: Tensor, point: Tensor, s: Tensor) -> Tensor:
        skip = 0.25 / ((s - 1e-6) ** 2 + 0.25)
        return (x0 - skip * point) / ((s - 1e-6) * 0.5 / torch.sqrt(s**2 + 0.25))

    found = farthest(scheduler, levels, lambda s: torch.sqrt(1 + s**2), raw)
    assert found < 1e-6 * float(levels.s[0])
