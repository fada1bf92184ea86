"""Rows that are done before the last level."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, Number, Span, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.kernel import Kernel
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver, look, x0_of
from nodes.contracts.state import State
from nodes.solver.over import Over

LAST, SEEN = "stop_early/x0", "stop_early/seen"
FEWEST = 2
"""Questions before a row can be found at rest."""


def cost(known: Known) -> Estimate:
    """The inner solver's calls; with a tolerance that at the most, and two at the least."""
    inner = known.input("solver")
    calls = inner.calls
    if calls is None or known.value("tolerance") == 0:
        return Estimate(calls=calls, saves=inner.saves)

    def fewer(steps: Span) -> Span:
        most = calls(steps)
        return Span(min(FEWEST, steps.low, most.low), most.high)

    return Estimate(calls=fewer, saves=inner.saves)


@node(abilities=abilities(like="solver", without=("memoryless",)), cost=cost)
def stop_early(
    solver: Solver,
    *,
    tolerance: Annotated[float, Number(minimum=0, maximum=100)] = 0.01,
    sigma_max: Annotated[float, Number(minimum=0, infinite=True)] = 0.5,
) -> Solver:
    """Rows whose predicted x0 has come to rest are finished before the last level, and cost nothing more.

    Where √(mean over the event of (x0 − x0_before)²) is below `tolerance` from one step to the next on the way down,
    the row ends at s = 0 with x = x0. Rows are judged at levels up to `sigma_max`: above, a prediction rests because
    little of the sample is seen yet. At tolerance 0 it is the inner solver, bitwise. Cost: the inner solver's calls at
    the most. As the numbers decide what is done next, each step waits for the device once.
    Errors: a solver of tokens.
    """
    if "tokens" in solver.abilities:
        raise InputError(
            "tokens do not come to rest",
            given=type(solver).__name__,
            allowed="a solver of points of real numbers",
            mend="take solver.stop_early out",
        )
    return StopEarly(solver, tolerance, sigma_max) if tolerance else solver


class StopEarly(Over):
    """The method of `stop_early`; in `past` the last x0 and whether there was one."""

    def __init__(self, inner: Solver, tolerance: float, sigma_max: float) -> None:
        super().__init__(inner)
        self.abilities = inner.abilities - {"memoryless"}
        self.tolerance, self.sigma_max = tolerance, sigma_max

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """Finish the rows that have come to rest; the inner solver's step for the others."""
        state, x0 = look(model, state, s_next, ctx)
        resting = self.at_rest(state, x0, s_next)
        state = seen(state, x0)
        still, going = resting.nonzero()[:, 0], (~resting).nonzero()[:, 0]
        if not len(still):
            return self.inner.step(model, state, s_next, ctx)
        finished = committed(state.take(still))
        if not len(going):
            return finished
        return state.put(still, finished).put(going, self.inner.step(model, state.take(going), s_next[going], ctx))

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> Kernel:
        """The inner solver's, of rows that are all going on; what they were predicted to be is remembered."""
        state, x0 = look(model, state, s_next, ctx)
        return self.inner.kernel(model, seen(state, x0), s_next, ctx)

    def at_rest(self, state: State, x0: Tensor, s_next: Tensor) -> Tensor:
        """Which rows on the way down have an x0 that hardly moved, where they are judged, [B] on the CPU."""
        judged = (s_next <= state.s) & (state.s <= self.sigma_max)
        falls = judged.reshape(len(state.rows), -1).all(1)
        if LAST not in state.past:
            return torch.zeros_like(falls)
        distance = (x0 - state.past[LAST]).double().flatten(1).square().mean(1).sqrt()
        return falls & moved((distance < self.tolerance) & (state.past[SEEN] > 0), "cpu")


def seen(state: State, x0: Tensor) -> State:
    """The state, and what it was predicted to be."""
    there = torch.ones(len(state.rows), dtype=torch.float64, device=x0.device)
    return replace(state, past={**state.past, LAST: x0, SEEN: there})


def committed(state: State) -> State:
    """The state of rows that are done, at their predicted x0."""
    ended = state.reached(x0_of(state), torch.zeros_like(state.s))
    return replace(ended, done=torch.ones_like(state.done))
