"""How the orders of the solvers are measured: the error at the end of an exact mixture, or that of the end's law."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor

from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.sample import Sample
from nodes.levels.karras import karras
from nodes.levels.uniform_log_snr import uniform_log_snr
from nodes.processes.linear import Linear
from tests.nodes.exact_mixture import Mixture, flow_along
from tests.nodes.gaussian import context, pure_noise
from tests.nodes.solver import backwards
from tests.nodes.solver.expected import Expected, Grid
from tests.nodes.solver.moments import distance

TOP, BOTTOM = math.exp(4.0), math.exp(-3.0)
COUNT = 48


def begin() -> Sample:
    """Points at the top level, as if of the mixture's own law there."""
    noise = pure_noise(COUNT)
    x = noise.x * TOP / math.sqrt(1 + TOP * TOP)
    return Sample(x, torch.full((COUNT,), TOP, dtype=torch.float64), noise.space, noise.rows)


@functools.cache
def exact() -> Tensor:
    """Where the probability flow takes them."""
    return flow_along(begin().x, TOP, BOTTOM, steps=1200)


def even_in_log(steps: int) -> Levels:
    """The grid of the specification's table."""
    return uniform_log_snr(num_inference_steps=steps, sigma_min=BOTTOM, sigma_max=TOP, final_sigmas_type="sigma_min")


def of_edm(steps: int) -> Levels:
    """Karras's grid without its last step."""
    return Levels(karras(num_inference_steps=steps + 1, sigma_min=BOTTOM, sigma_max=TOP).s[:-1])


def in_time(steps: int) -> Levels:
    """Even in the time of the linear process that preserves the variance, between the same ends."""
    process = Linear(first=1e-5)
    ends = process.time(torch.tensor([TOP, BOTTOM], dtype=torch.float64))
    s = process.level(ends[0] + torch.arange(steps + 1, dtype=torch.float64) / steps * (ends[1] - ends[0]))
    return Levels(s)


GRIDS: dict[Grid, Callable[[int], Levels]] = {
    "uniform_log_snr": even_in_log,
    "karras": of_edm,
    "uniform_time": in_time,
}


def slopes(expected: Expected) -> list[float]:
    """The order between one number of steps and the next: that of the law's error for a solver that draws."""
    grid = GRIDS[expected.grid]
    if expected.stochastic:  # measured at the first two numbers of steps, for it takes a row a draw
        measure = distance if expected.data == "normal" else backwards.distance
        return falling([measure(expected.make(), grid(steps)) for steps in expected.steps[:2]])
    ends = [solve(Mixture(), expected.make(), begin(), grid(steps), context()).x for steps in expected.steps]
    return falling([float((x - exact()).square().sum(1).mean().sqrt()) for x in ends])


def falling(errors: list[float]) -> list[float]:
    """log2 of the ratios of errors, each at twice the steps of the one before."""
    return [math.log2(before / after) for before, after in pairwise(errors)]
