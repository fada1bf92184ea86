"""Multistep solvers against the schedulers of diffusers, step by step from the same states and answers."""

from __future__ import annotations

import pytest
import torch

from nodes.contracts.levels import Levels, alpha_sigma
from nodes.contracts.solver import Solver
from nodes.processes.table import Discrete, scaled_linear_table
from nodes.solver.deis import deis
from nodes.solver.dpmpp_2m import dpmpp_2m
from nodes.solver.dpmpp_3m_compat import dpmpp_3m_compat
from nodes.solver.exponential_adams import Rough
from nodes.solver.ipndm import ipndm
from nodes.solver.lms import lms
from nodes.solver.plms import Start, plms
from nodes.solver.unipc import unipc
from tests.nodes.exact_mixture import Mixture
from tests.nodes.gaussian import context, query
from tests.nodes.solver.twins.stepping import LEVELS, SINGLE, eps_at, farthest, scheduler_named, states_of

pytestmark = [
    pytest.mark.filterwarnings(f"ignore:{message}:DeprecationWarning")  # of diffusers' own arrays
    for message in (
        "__array__ implementation doesn't accept a copy keyword",
        "__array_wrap__ must accept context and return_scalar arguments",
    )
]

LONG = Levels(torch.cat([torch.logspace(1.2, -1, 16, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)]))
"""So many steps that no scheduler but UniPC lowers the order of the last ones."""


@pytest.mark.parametrize("levels", [LEVELS, LONG], ids=["few", "many"])
@pytest.mark.parametrize(("order", "solver"), [(2, dpmpp_2m()), (3, dpmpp_3m_compat())])
def test_dpm_solver(order: int, solver: Solver, levels: Levels) -> None:
    """The scheduler computes in float32."""
    scheduler = scheduler_named("DPMSolverMultistep", solver_order=order, prediction_type="sample")
    assert farthest(scheduler, solver, levels=levels) < SINGLE


@pytest.mark.parametrize("solver_type", ["bh1", "bh2"])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_unipc(order: int, solver_type: Rough) -> None:
    scheduler = scheduler_named(
        "UniPCMultistep",
        solver_order=order,
        solver_type=solver_type,
        prediction_type="sample",
        final_sigmas_type="zero",
    )
    assert farthest(scheduler, unipc(order=order, solver_type=solver_type)) < SINGLE


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("lower", [True, False])
def test_deis(order: int, lower: bool) -> None:
    """Its levels end above 0."""
    levels = Levels(LEVELS.s[:-1])
    scheduler = scheduler_named("DEISMultistep", solver_order=order, prediction_type="sample", lower_order_final=lower)
    assert farthest(scheduler, deis(order=order, lower_order_final=lower), levels=levels) < SINGLE


def test_lms() -> None:
    """It steps y = x/α."""
    scheduler = scheduler_named("LMSDiscrete")
    scheduler.is_scale_input_called = True
    found = farthest(scheduler, lms(), eps_at, lambda state: torch.sqrt(1 + state.s**2)[:, None])
    assert found < 1e-6 * float(LEVELS.s[0])


def test_ipndm() -> None:
    """It wants v = α ε − σ x0, and levels as α and σ."""
    scheduler = scheduler_named("IPNDM")
    scheduler.set_timesteps(len(LEVELS))
    scheduler.alphas, scheduler.betas = alpha_sigma(LEVELS.s)
    states = states_of(ipndm())
    for timestep, before, after in zip(scheduler.timesteps, states[:-1], states[1:], strict=True):
        (alpha, sigma), eps = alpha_sigma(before.s[:, None]), eps_at(before, after)
        x0 = (before.x - sigma * eps) / alpha
        [reached] = scheduler.step(alpha * eps - sigma * x0, timestep, before.x, return_dict=False)
        torch.testing.assert_close(reached, after.x, rtol=0, atol=1e-6)


@pytest.mark.parametrize(("start", "begun"), [("heun", [0]), ("runge_kutta", [0, 1, 2, 4, 5, 6, 8, 9, 10])])
def test_pndm(start: Start, begun: list[int]) -> None:
    """Both ask the model for themselves; `begun` are the calls of the scheduler that finish no step."""
    process, steps = Discrete(scaled_linear_table()), 10
    scheduler = scheduler_named("PNDM", skip_prk_steps=start == "heun", set_alpha_to_one=True)
    scheduler.set_timesteps(steps)
    scheduler.alphas_cumprod = scaled_linear_table()
    ours = states_of(plms(start=start), Levels(torch.cat([process.level(whole_times(steps)), torch.zeros(1).double()])))
    theirs, x = [], ours[0].x
    for timestep in scheduler.timesteps:
        s = float(process.level(timestep.double()))
        answer = Mixture().predict(query(x, s), context()).x0
        eps = (x * (1 + s * s) ** 0.5 - answer) / s
        [x] = scheduler.step(eps, timestep, x, return_dict=False)
        theirs.append(x)
    finished = [x for call, x in enumerate(theirs) if call not in begun]
    for mine, reached in zip(ours[1:], finished, strict=True):
        torch.testing.assert_close(reached, mine.x, rtol=0, atol=1e-6)


def whole_times(steps: int) -> torch.Tensor:
    """The times of the scheduler, spaced evenly from 0."""
    return torch.arange(steps - 1, -1, -1, dtype=torch.float64) * (1000 // steps)
