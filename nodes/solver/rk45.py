"""The adaptive Runge–Kutta method of Dormand and Prince."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeAlias

import torch
from torch import Tensor

from graphs import Estimate, Known, Number, abilities, node
from nodes.contracts.devices import moved
from nodes.contracts.levels import factor
from nodes.contracts.solver import Solver
from nodes.solver.adaptive import Adaptive, Bounds, adaptive_cost
from nodes.solver.butcher import DORMAND_PRINCE, DORMAND_PRINCE_LOW, Table
from nodes.solver.clocks import CLOCKS, Clock, Variable
from nodes.solver.controller import Controller
from nodes.solver.journey import Journey, rms
from nodes.solver.runge_kutta import RungeKutta
from nodes.solver.stages import Stage

Tolerance: TypeAlias = Annotated[float, Number(minimum=1e-12, maximum=1, work=False)]
Level: TypeAlias = Annotated[float, Number(minimum=1e-9, maximum=1e9)]
Trials: TypeAlias = Annotated[int, Number(integer=True, minimum=1, maximum=1000000)]
STAGES = 6
LITTLE = 1e-5
"""Of what is tolerated: less says nothing of how long a step may be."""
EMBEDDED = Table(DORMAND_PRINCE.a, DORMAND_PRINCE_LOW)


def cost(known: Known) -> Estimate:
    """Six calls a trial, and no more than `max_steps` trials a step."""
    return adaptive_cost(STAGES, known.number("max_steps"))


@node(abilities=abilities(), cost=cost, also=("solver.dopri5",))
def rk45(
    *,
    rtol: Tolerance = 1e-5,
    atol: Tolerance = 1e-5,
    variable: Variable = "angle",
    sigma_min: Level = 0.03,
    sigma_max: Level = 80.0,
    beta: Annotated[float, Number(minimum=0, maximum=0.2, step=0.01)] = 0.04,
    max_steps: Trials = 1000,
    whole: bool = False,
) -> Solver:
    """Dormand–Prince 5(4) with steps of its own between the levels (Dormand & Prince 1980), each row by itself.

    z' = z + Δu Σ_j b_j k_j in u = `variable`, as solver.runge_kutta has it; with the embedded z'_4 a trial is kept
    where E = √(mean of ((z' − z'_4)/(atol + rtol max(|z|, |z'|)))²) ≤ 1, and the next length is 0.9 h E^(−(1/5 − ¾ β))
    E_before^β, which changes by a factor from 0.2 to 10 (Hairer, Nørsett & Wanner 1993, section II.4). Every level is
    met; with `whole` the first step goes to the last level at once. Steps to or from s = 0 adapt down to `sigma_min`,
    which should be within what the model knows, and those from or to s = inf up to `sigma_max`; beyond, they are
    Euler's with one call. As the numbers decide, each trial waits for the device.
    The sample's aux holds each row's model calls, "rk45/asked", and rejected trials, "rk45/rejected".
    Order 5; model calls: 6 a trial and 1 a step. Deterministic. Errors: the tolerance not met in `max_steps` trials.
    """
    return Rk45(Bounds(rtol, atol, sigma_min, sigma_max, max_steps, whole), variable, beta)


class Rk45(Adaptive):
    """The method of `rk45`."""

    name = "rk45"
    stages = STAGES
    reuses_last = True

    def __init__(self, bounds: Bounds, variable: Variable, beta: float) -> None:
        super().__init__(bounds)
        self.variable: Variable = variable
        self.beta = beta

    @property
    def clock(self) -> Clock:
        """The variable's."""
        return CLOCKS[self.variable]

    @property
    def controller(self) -> Controller:
        """For an embedded method of order 4."""
        return Controller(5, beta=self.beta)

    def plan(self, s: Tensor, s_next: Tensor) -> tuple[Sequence[Stage], Stage]:
        """The seven stages; the last is at the end already."""
        low = RungeKutta(EMBEDDED, self.variable).plan(s, s_next)[-1]
        return RungeKutta(DORMAND_PRINCE, self.variable).plan(s, s_next), low

    def error(self, journey: Journey, end: Tensor, low: Tensor, levels: tuple[Tensor, Tensor]) -> Tensor:
        """By the larger of both ends of the trial, in z."""
        before, after = (factor(1 / self.clock.size(s), end) for s in levels)
        largest = torch.maximum((before * journey.x).abs(), (after * end).abs())
        return rms(after * (end - low) / (self.atol + self.rtol * largest))

    def first_length(self, journey: Journey) -> Tensor:
        """The 1 % of |z|/|dz/du|, in terms of what is tolerated; 1e-6 where either is next to nothing."""
        s, answer = journey.first, journey.answer
        z = factor(1 / self.clock.size(s), journey.x) * journey.x
        p, q = self.clock.slope(s)
        slope = factor(q, z) * answer.eps if p is None else factor(q, z) * answer.eps + factor(p, z) * answer.x0
        allowed = self.atol + self.rtol * z.abs()
        size, speed = (moved(rms(values / allowed), "cpu") for values in (z, slope))
        small = (size < LITTLE) | (speed < LITTLE)
        return torch.where(small, 1e-6, 0.01 * size / torch.where(small, 1.0, speed))
