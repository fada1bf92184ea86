"""The adaptive method against scipy's and torchdiffeq's Dormand–Prince."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable
from typing import Protocol

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.sample import Sample
from nodes.solver.rk45 import rk45
from tests.nodes.exact_mixture import Mixture, posterior_mean
from tests.nodes.gaussian import context, pure_noise


class Solution(Protocol):
    """What scipy gives."""

    nfev: int
    y: NDArray[np.float64]


TOP, BOTTOM = 20.0, 0.05
RANGE = Levels(torch.tensor([TOP, BOTTOM], dtype=torch.float64))


def begin(count: int) -> Sample:
    """Points at the top."""
    noise = pure_noise(count)
    top = torch.full((count,), TOP, dtype=torch.float64)
    return Sample(noise.x * TOP / math.sqrt(1 + TOP * TOP), top, noise.space, noise.rows)


def flow_slope(t: Tensor, z: Tensor) -> Tensor:
    """dz/dt = ε − x0 of a rectified flow, for points [B, 2]."""
    s = t / (1 - t)
    x0 = posterior_mean(z / (1 - t), s.expand(len(z)))
    return (z - x0) / t


def scaled(x: Tensor, s: float) -> Tensor:
    """The point of a flow at level s."""
    return x * math.sqrt(1 + s * s) / (1 + s)


def first_step(z: Tensor, slope: Tensor, tolerance: float) -> float:
    """What the node begins with."""
    allowed = tolerance + tolerance * z.abs()
    return 0.01 * float((z / allowed).square().mean().sqrt() / (slope / allowed).square().mean().sqrt())


@pytest.mark.parametrize("tolerance", [1e-3, 1e-6])
def test_every_row_takes_the_very_steps_of_scipy(tolerance: float) -> None:
    sample, solver = begin(4), rk45(rtol=tolerance, atol=tolerance, variable="flow", beta=0.0)
    found = solve(Mixture(), solver, sample, RANGE, context())
    t, t_last = TOP / (1 + TOP), BOTTOM / (1 + BOTTOM)

    def slope(time: float, z: NDArray[np.float64]) -> NDArray[np.float64]:
        return flow_slope(torch.tensor(time, dtype=torch.float64), torch.from_numpy(z)[None])[0].numpy()

    for row in range(4):
        z = scaled(sample.x[row], TOP)
        start = first_step(z, torch.from_numpy(slope(t, z.numpy())), tolerance)
        solve_ivp: Callable[..., Solution] = importlib.import_module("scipy.integrate").solve_ivp
        theirs = solve_ivp(slope, (t, t_last), z.numpy(), rtol=tolerance, atol=tolerance, first_step=start)
        assert theirs.nfev == found.aux["rk45/asked"][row]
        torch.testing.assert_close(
            scaled(found.x[row], BOTTOM), torch.from_numpy(theirs.y[:, -1]), rtol=1e-11, atol=1e-12
        )


def test_it_agrees_with_torchdiffeq_to_the_tolerance() -> None:
    sample = begin(4)
    found = solve(Mixture(), rk45(rtol=1e-9, atol=1e-9, variable="flow"), sample, RANGE, context())
    times = torch.tensor([TOP / (1 + TOP), BOTTOM / (1 + BOTTOM)], dtype=torch.float64)
    odeint: Callable[..., Tensor] = importlib.import_module("torchdiffeq").odeint
    theirs = odeint(flow_slope, scaled(sample.x, TOP), times, rtol=1e-9, atol=1e-9, method="dopri5")[-1]
    torch.testing.assert_close(scaled(found.x, BOTTOM), theirs, rtol=0, atol=1e-7)
