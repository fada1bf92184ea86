"""Restart: going up with fresh noise and down again, to be rid of errors that were made before."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, Number, Span, abilities, also, node
from nodes.contracts.context import Context
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.levels import any_place
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver
from nodes.contracts.state import State
from nodes.solver.churn import renoised
from nodes.solver.over import Over
from nodes.solver.stochastic import deterministic

RHO = 7.0


def cost(known: Known) -> Estimate:
    """The inner solver's, and at the most that of all restarts."""
    inner = known.input("solver")
    calls = inner.calls
    if calls is None or known.value("restarts") == 0:
        return inner
    again = calls(known.number("num_restart_steps") + Span.of(1)) * known.number("restarts")
    return Estimate(calls=lambda steps: calls(steps) + Span(0, again.high), saves=inner.saves)


@node(abilities=abilities(like="solver", without=("reversible",), depending={"stochastic": "restarts"}), cost=cost)
def restart(
    solver: Solver,
    *,
    restarts: Annotated[int, Number(integer=True, minimum=0, maximum=1000), also("K")] = 2,
    s_min: Annotated[float, Number(minimum=1e-6, maximum=1e6, scale="log"), also("t_min")] = 0.1,
    s_max: Annotated[float, Number(minimum=1e-6, maximum=1e6, scale="log"), also("t_max")] = 0.5,
    num_restart_steps: Annotated[int, Number(integer=True, minimum=1, maximum=1000)] = 3,
) -> Solver:
    """Restart sampling (Xu et al. 2023, arXiv:2306.14878, Algorithm 1) around a deterministic solver.

    At the last of the levels that is not below `s_min`, so many times as `restarts`: noise takes the sample up to
    `s_max`, y + √(s_max² − s²) z with y = x0 + s ε, and the solver brings it down again to that level in
    `num_restart_steps` steps, even in s^(1/7); then the levels go on. Where the levels never cross `s_min` from above,
    or that level is `s_max` or higher, it is the solver alone; so it is, bitwise, with no restarts. The solver begins
    each time without a past. Given the noise a step has nothing more to draw, so the law of a step is a point.
    For more intervals put one over the other, the lower one outside.
    Weak order: the solver's, where that has no memory. Cost: the solver's calls, and of `num_restart_steps` + 1 steps
    more at the most for each restart. Errors: s_min not below s_max; a solver that draws itself, couples two points, or
    is of tokens.
    """
    if restarts == 0:
        return solver
    deterministic(solver)
    if not s_min < s_max:
        raise InputError("s_min is not below s_max", given=f"{s_min:g} and {s_max:g}", mend="lower s_min")
    return Restart(solver, restarts, (s_min, s_max), num_restart_steps)


class Restart(Over):
    """The method of `restart`."""

    def __init__(self, inner: Solver, restarts: int, window: tuple[float, float], steps: int) -> None:
        super().__init__(inner)
        self.abilities = inner.abilities - {"reversible"} | {"stochastic"}
        self.restarts, self.window, self.steps = restarts, window, steps

    def calls(self, steps: int) -> float:
        """No more than these."""
        return self.inner.calls(steps) + self.restarts * self.inner.calls(self.steps + 1)

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """The inner solver's step, after the restarts of the rows that have come to theirs."""
        low, high = self.window
        there = (state.s >= low) & (s_next < low) & (state.s < high)
        index = any_place(there).nonzero()[:, 0]
        if len(index):
            part = self.again(model, state.take(index), there[index], ctx)
            state = part if len(index) == len(state.rows) else state.put(index, part)
        return self.inner.step(model, state, s_next, ctx)

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> GaussianKernel:
        """A point: the step, its noise being drawn already."""
        after = self.step(model, state, s_next, ctx)
        return GaussianKernel(after.x, torch.zeros_like(s_next, dtype=torch.float64), state, after)

    def again(self, model: Model, state: State, there: Tensor, ctx: Context) -> State:
        """The state at its level, after all restarts of these places."""
        levels = self.levels(state.s, there)
        gone = replace(state, past={})
        for number in range(self.restarts):
            gone = renoised(replace(gone, step=state.step), levels[0], ctx, "restart", draw=number)
            gone = replace(gone, past={})
            for s_next in levels[1:]:
                gone = self.inner.step(model, gone, s_next, ctx)
            gone = self.ended(gone, number, ctx)
        # To those around it this is one step; what they wrote in the past stays.
        told = torch.full_like(state.s, torch.nan)
        return replace(gone, s=state.s, step=state.step, pred_to=told, past={**state.past, **gone.past})

    def ended(self, state: State, number: int, ctx: Context) -> State:
        """The state after one restart: as it came down."""
        return state

    def levels(self, s: Tensor, there: Tensor) -> list[Tensor]:
        """From s_max down to s where that is there, else s all the time."""
        top = self.window[1] ** (1 / RHO)
        ends = [top + number / self.steps * (s ** (1 / RHO) - top) for number in range(self.steps)]
        return [torch.where(there, end**RHO, s) for end in ends] + [s]
