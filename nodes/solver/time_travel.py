"""Time travel: every step is taken several times, with fresh noise between."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Annotated

import torch
from torch import Tensor

from graphs import Estimate, Known, Number, Span, abilities, also, node
from nodes.contracts.context import Context
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.levels import any_place
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver
from nodes.contracts.state import State
from nodes.guidance.intervals import Interval
from nodes.solver.churn import renoised
from nodes.solver.over import Over
from nodes.solver.stochastic import deterministic


def cost(known: Known) -> Estimate:
    """The inner solver's, and at the most once more for each time that a step is repeated."""
    inner = known.input("solver")
    calls = inner.calls
    if calls is None or known.value("recurrences") == 0:
        return inner
    times = known.number("recurrences") + Span.of(1)
    return Estimate(calls=lambda steps: Span(calls(steps).low, (calls(steps) * times).high), saves=inner.saves)


@node(abilities=abilities(like="solver", without=("reversible",), depending={"stochastic": "recurrences"}), cost=cost)
def time_travel(
    solver: Solver,
    *,
    recurrences: Annotated[int, Number(integer=True, minimum=0, maximum=1000), also("N_recur", "travel_repeat")] = 1,
    sigma_min: Annotated[float, Number(minimum=0, maximum=1e6)] = 0.0,
    sigma_max: Annotated[float, Number(minimum=0, maximum=1e6, infinite=True)] = math.inf,
) -> Solver:
    """Time travel, or per-step recurrence: up again and down again, so that a step's guidance can settle.

    So many times as `recurrences`: the solver's step from s to s', then fresh noise back, y + √(s² − s'²) z with
    y = x0 + s ε; and at last the step itself. For guidance by rewards (universal guidance: Bansal et al. 2023,
    arXiv:2302.07121; FreeDoM: Yu et al. 2023, arXiv:2303.09833), after RePaint (Lugmayr et al. 2022, arXiv:2201.09865).
    Only steps from levels s with sigma_min < s ≤ sigma_max are repeated, none from s = inf and none upward. Each time
    the solver begins without a past. solver.restart goes up over many levels instead. With 0 it is
    the solver, bitwise. Given the noise a step has nothing more to draw, so the law of a step is a point.
    Cost: the solver's calls, and as many again for each recurrence. Errors: a solver that draws itself, or of tokens.
    """
    if recurrences == 0:
        return solver
    deterministic(solver)
    return TimeTravel(solver, recurrences, Interval(sigma_min, sigma_max))


class TimeTravel(Over):
    """The method of `time_travel`."""

    def __init__(self, inner: Solver, recurrences: int, interval: Interval) -> None:
        super().__init__(inner)
        self.abilities = inner.abilities - {"reversible"} | {"stochastic"}
        self.recurrences, self.interval = recurrences, interval

    def calls(self, steps: int) -> float:
        """No more than these."""
        return self.inner.calls(steps) * (1 + self.recurrences)

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """The inner solver's step, after it has been taken back some times."""
        there = (s_next < state.s) & torch.isfinite(state.s) & self.interval.holds(state.s)
        index = any_place(there).nonzero()[:, 0]
        if not len(index):
            return self.inner.step(model, state, s_next, ctx)
        part = self.travelled(model, state.take(index), s_next[index], there[index], ctx)
        if len(index) == len(state.rows):
            return part
        rest = torch.ones(len(state.rows), dtype=torch.bool).index_fill(0, index, value=False).nonzero()[:, 0]
        others = self.inner.step(model, state.take(rest), s_next[rest], ctx)
        return State.cat([part, others]).take(torch.argsort(torch.cat([index, rest])))

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> GaussianKernel:
        """A point: the step, its noise being drawn already."""
        after = self.step(model, state, s_next, ctx)
        return GaussianKernel(after.x, torch.zeros_like(s_next, dtype=torch.float64), state, after)

    def travelled(self, model: Model, state: State, s_next: Tensor, there: Tensor, ctx: Context) -> State:
        """The state after all recurrences of these places, and the step itself."""
        to = torch.where(there, s_next, state.s)
        told = torch.full_like(state.s, torch.nan)
        begun = replace(state, past={})
        for number in range(self.recurrences):
            after = replace(self.inner.step(model, begun, to, ctx), step=state.step)
            begun = replace(begun, x=renoised(after, state.s, ctx, "time_travel", draw=number).x, pred_to=told)
        after = self.inner.step(model, begun, s_next, ctx)
        # What those around it wrote in the past stays.
        return replace(after, past={**state.past, **after.past})
