"""DPM-Solver with steps of its own length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import torch
from torch import Tensor

from graphs import Estimate, Known, Number, abilities, also, node
from nodes.contracts.solver import Solver
from nodes.solver.adaptive import Adaptive, Bounds, adaptive_cost
from nodes.solver.clocks import CLOCKS, Clock
from nodes.solver.controller import Controller
from nodes.solver.dpm_solver_2 import DpmSolver2
from nodes.solver.dpm_solver_3 import FIRST, DpmSolver3
from nodes.solver.journey import Journey, rms
from nodes.solver.rk45 import Level, Tolerance, Trials
from nodes.solver.stages import Stage, moved_eps

Length = Annotated[float, Number(minimum=1e-4, maximum=10)]


def cost(known: Known) -> Estimate:
    """Three calls a trial at the most, and no more than `max_steps` trials a step."""
    return adaptive_cost(3, known.number("max_steps"))


@node(abilities=abilities(), cost=cost, also=("solver.dpm_adaptive",))
def dpm_solver_adaptive(
    *,
    order: Literal["2", "3"] = "3",
    rtol: Tolerance = 0.05,
    atol: Tolerance = 0.0078,
    h_init: Length = 0.05,
    safety: Annotated[float, Number(minimum=0.1, maximum=1), also("accept_safety", "theta")] = 0.9,
    sigma_min: Level = 0.03,
    sigma_max: Level = 80.0,
    max_steps: Trials = 1000,
    whole: bool = False,
) -> Solver:
    """DPM-Solver-12 or -23 with steps of its own between the levels (Lu et al. 2022, arXiv:2206.00927, Algorithm 6).

    A trial of length h in λ = −ln s, `order` 2: solver.dpm_solver_2 against DPM-Solver-1, 3: solver.dpm_solver_3
    against solver.dpm_solver_2 with r = 1/3, is kept where E = √(mean of ((x_high − x_low)/δ)²) ≤ 1, with δ =
    max(atol, rtol max(|x_low|, |x_low before|)); then x_high goes on, and h becomes safety · h · E^(−1/order). Each row
    by itself; the first answer of a trial serves its repetition too. Every level is met; with `whole` the first step
    goes to the last level at once, as the paper's does. Steps to or from s = 0 adapt down to `sigma_min`, those
    from or to s = inf up to `sigma_max`; beyond, they are Euler's. As the numbers decide, each trial waits for the
    device. The aux of the sample holds each row's model calls,
    "dpm_solver_adaptive/asked", and rejected trials, "dpm_solver_adaptive/rejected". The default atol is for data from
    −1 to 1 of 8 bits. Model calls: 2 or 3 for a trial that is kept, 1 less for another.
    Order 2 or 3. Deterministic. Errors: the tolerance not met in `max_steps` trials.
    """
    return DpmSolverAdaptive(Bounds(rtol, atol, sigma_min, sigma_max, max_steps, whole), order == "3", h_init, safety)


class DpmSolverAdaptive(Adaptive):
    """The method of `dpm_solver_adaptive`."""

    name = "dpm_solver_adaptive"
    stages = 2

    def __init__(self, bounds: Bounds, third: bool, h_init: float, safety: float) -> None:
        super().__init__(bounds)
        self.third, self.h_init, self.safety = third, h_init, safety

    @property
    def clock(self) -> Clock:
        """The log-SNR."""
        return CLOCKS["log_snr"]

    @property
    def controller(self) -> Controller:
        """Of the paper: by the last error alone."""
        return Controller(3 if self.third else 2, self.safety, least=0.01, most=torch.inf, careful=False)

    def plan(self, s: Tensor, s_next: Tensor) -> tuple[Sequence[Stage], Stage]:
        """The method of this order, and the end of the one below."""
        if self.third:
            return DpmSolver3().plan(s, s_next), DpmSolver2(FIRST).plan(s, s_next)[-1]
        return DpmSolver2().plan(s, s_next), moved_eps(s_next)

    def error(self, journey: Journey, end: Tensor, low: Tensor, levels: tuple[Tensor, Tensor]) -> Tensor:
        """By the lower-order ends of this trial and of the step before."""
        allowed = (self.rtol * torch.maximum(low.abs(), journey.low.abs())).clamp(min=self.atol)
        return rms((end - low) / allowed)

    def first_length(self, journey: Journey) -> Tensor:
        """As set."""
        return torch.full_like(journey.tau, self.h_init)
