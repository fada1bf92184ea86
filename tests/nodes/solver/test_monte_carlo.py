"""The laws of stochastic solvers on the plane's mixture, by many samples: errors fall with the steps, to the floor.

What no exact instrument reaches, solvers that remember on data that are not normal, is seen here; weak orders are
measured in test_weak_orders.py. RMS error of 12 features, 50 000 samples, s = e⁴ to e⁻³, the floor about 0.003:

| steps                                      | 10    | 20    | 40    | 80    |
| ------------------------------------------ | ----- | ----- | ----- | ----- |
| solver.euler_maruyama, even in time        | 0.049 | 0.023 | 0.013 | 0.006 |
| solver.ddim, eta=1, and solver.ancestral   | 0.141 | 0.075 | 0.041 | 0.019 |
| solver.dpmpp_2m_sde                        | 0.033 | 0.016 | 0.004 | 0.006 |
| solver.churn over Heun, 40, Karras's grid  | 0.109 | 0.032 | 0.011 | 0.005 |
| solver.stochastic over Heun                | 0.123 | 0.026 | 0.006 | 0.006 |
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import pytest
import torch

from graphs.running.context import Meter
from nodes.contracts.context import Context
from nodes.contracts.driving import solve
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.solver.ancestral import ancestral
from nodes.solver.churn import churn
from nodes.solver.ddim import ddim
from nodes.solver.dpmpp_2m_sde import dpmpp_2m_sde
from nodes.solver.euler_maruyama import euler_maruyama
from nodes.solver.heun import heun
from nodes.solver.stochastic import stochastic
from tests.nodes.exact_mixture import Mixture
from tests.nodes.quick_noise import QuickNoise
from tests.nodes.solver.expected import Grid
from tests.nodes.solver.features import drawn, error
from tests.nodes.solver.measuring import BOTTOM, GRIDS, TOP

COUNT = 10000


class Case(NamedTuple):
    """A solver for so many steps, its grid, and what its error may be at the most in 40 of them."""

    make: Callable[[int], Solver]
    grid: Grid
    most: float


def churned(steps: int) -> Solver:
    """Heun's method with noise at all levels."""
    return churn(heun(), s_churn=40.0, s_tmin=0.0, s_tmax=math.inf, s_noise=1.0, num_inference_steps=steps)


CASES: dict[str, Case] = {
    "euler_maruyama": Case(lambda _: euler_maruyama(), "uniform_time", 0.03),
    "ddim, eta=1": Case(lambda _: ddim(eta=1.0), "uniform_log_snr", 0.06),
    "dpmpp_2m_sde": Case(lambda _: dpmpp_2m_sde(), "uniform_log_snr", 0.02),
    "churn over heun": Case(churned, "karras", 0.03),
    "ancestral": Case(lambda _: ancestral(), "uniform_log_snr", 0.06),
    "stochastic over heun": Case(lambda _: stochastic(heun()), "uniform_log_snr", 0.02),
}


def ended(case: Case, steps: int, count: int = COUNT) -> float:
    """The error of the law at the end."""
    level, numbers = torch.full((count,), TOP, dtype=torch.float64), torch.arange(count)
    begin = Sample(drawn(count, TOP), level, Mixture.space, Rows(numbers + 1, numbers))
    end = solve(Mixture(), case.make(steps), begin, GRIDS[case.grid](steps), Context(Meter(), QuickNoise()))
    return error(end.x, BOTTOM)


@pytest.mark.parametrize("case", list(CASES.values()), ids=list(CASES))
def test_the_error_of_the_law_falls_with_the_steps(case: Case) -> None:
    coarse, fine = (ended(case, steps) for steps in (10, 40))
    assert fine < coarse / 2
    assert fine < case.most
