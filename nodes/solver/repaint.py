"""RePaint's resampling: each step is taken several times, going up again in between."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Annotated

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, Number, Span, abilities, also, node
from nodes.contracts.context import Context
from nodes.contracts.kernel import GaussianKernel, Kernel
from nodes.contracts.levels import any_place
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver
from nodes.contracts.state import State
from nodes.guidance.intervals import Interval
from nodes.solver.churn import renoised
from nodes.solver.over import Over


def repeated_cost(inner: Estimate, times: Span) -> Estimate:
    """The inner solver's, and at the most so many times of it."""
    calls = inner.calls
    if calls is None or times == Span.of(1):
        return inner
    return Estimate(calls=lambda steps: Span(calls(steps).low, (calls(steps) * times).high), saves=inner.saves)


def cost(known: Known) -> Estimate:
    """The inner solver's, for each of the times."""
    return repeated_cost(known.input("solver"), known.number("resamplings"))


@node(abilities=abilities("stochastic", like="solver", without=("reversible",)), cost=cost)
def repaint(
    solver: Solver,
    *,
    resamplings: Annotated[
        int, Number(integer=True, minimum=1, maximum=1000), also("U", "jump_n_sample", "resampling_steps")
    ] = 10,
) -> Solver:
    """RePaint's resampling (Lugmayr et al. 2022, arXiv:2201.09865, Algorithm 1) around any solver.

    Each step from s to s' above 0 is taken `resamplings` times; in between noise takes the sample back up,
    y + √(s² − s'²) z with y = x0 + s ε. So what is put in after a step, by solver.inpaint or solver.ilvr inside, is
    seen by the model before it goes on, and the rest comes to agree with it. Wire solver.ilvr with measurement.mask
    over solver.ancestral for the paper's method; it is the time travel of DDNM too. Each time draws noise of its own
    and begins without a past, so that a multistep solver takes steps of order 1. For longer jumps see solver.restart.
    Steps upward, from s = inf, and to 0, are taken once. 1 is the solver, bitwise. The law of a step is the solver's,
    given the times before. Cost: the solver's calls, times `resamplings` but for the last step.
    Errors: a solver that couples two points, as solver.edict, or is of tokens.
    """
    if solver.abilities & {"tokens", "reversible"}:
        raise InputError(
            "noise is added between steps of points, and of one point",
            where="solver",
            given=type(solver).__name__,
            allowed="a solver of points that does not go back exactly, as solver.ancestral",
            mend="wire another solver",
        )
    return solver if resamplings == 1 else Resampled(solver, resamplings, Interval(0, math.inf))


class Resampled(Over):
    """Steps down from the levels of an interval, taken so many times; those to 0 too if `ends`."""

    def __init__(self, inner: Solver, times: int, interval: Interval, *, ends: bool = False) -> None:
        super().__init__(inner)
        self.abilities = inner.abilities - {"reversible"} | {"stochastic"}
        self.times, self.interval, self.ends = times, interval, ends

    def calls(self, steps: int) -> float:
        """No more than these."""
        return self.inner.calls(steps) * self.times

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """The inner solver's step, after all but the last of the times."""
        return self.inner.step(model, self.again(model, state, s_next, ctx), s_next, ctx)

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> Kernel:
        """The inner solver's, or a point."""
        state = self.again(model, state, s_next, ctx)
        if "stochastic" in self.inner.abilities:
            return self.inner.kernel(model, state, s_next, ctx)
        after = self.inner.step(model, state, s_next, ctx)
        return GaussianKernel(after.x, torch.zeros_like(s_next, dtype=torch.float64), state, after)

    def again(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """The state after going down and up again so often; rows without that as they were."""
        there = (s_next < state.s) & torch.isfinite(state.s) & self.interval.holds(state.s)
        if not self.ends:
            there = there & (s_next > 0)
        index = any_place(there).nonzero()[:, 0]
        if not len(index):
            return state
        part = state.take(index)
        to, told = torch.where(there[index], s_next[index], part.s), torch.full_like(part.s, torch.nan)
        for number in range(self.times - 1):
            # Earlier answers lie on another way than the one that begins here: what the solver keeps is left out.
            own = replace(part, rows=part.rows.fork(1, f"again {number}"), past={})
            after = replace(self.inner.step(model, own, to, ctx), step=own.step)
            up = renoised(after, part.s, ctx, "again")
            others = {name: entry for name, entry in part.past.items() if name not in after.past}
            part = replace(up, rows=part.rows, memory=part.memory, pred_to=told, past=others)
        return part if len(index) == len(state.rows) else state.put(index, part)
