"""RePaint's resampling: each step is taken several times, going up again in between."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, Number, Span, abilities, also, node
from nodes.contracts.context import Context
from nodes.contracts.kernel import GaussianKernel, Kernel
from nodes.contracts.levels import alpha_sigma, any_place, factor
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver
from nodes.contracts.state import State
from nodes.solver.over import Over


def cost(known: Known) -> Estimate:
    """The inner solver's, and at the most that of all repeated steps."""
    inner = known.input("solver")
    calls = inner.calls
    if calls is None or known.value("resamplings") == 1:
        return inner
    again = (known.number("resamplings") + Span.of(-1)) * calls(Span.of(2))
    return Estimate(calls=lambda steps: calls(steps) + Span(0, (steps * again).high), saves=inner.saves)


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
    x = (α/α') x' + √(σ² − (α/α')² σ'²) z. So what is put in after a step, by solver.inpaint or solver.ilvr inside, is
    seen by the model before it goes on, and the rest comes to agree with it. Wire solver.ilvr with measurement.mask
    over solver.ancestral for the paper's method; it is the time travel of DDNM too. Each time draws noise of its own;
    a solver with a memory begins each with the past of the step. For longer jumps see solver.restart. Steps upward, and
    to 0, are taken once. 1 is the solver, bitwise. The law of a step is the solver's, given the times before.
    Cost: the solver's calls, times `resamplings` but for the last step. Errors: a solver of tokens.
    """
    if "tokens" in solver.abilities:
        raise InputError("tokens are not noised again", where="solver", given=type(solver).__name__, mend="take it out")
    return solver if resamplings == 1 else Resampled(solver, resamplings)


class Resampled(Over):
    """The method of `repaint`."""

    def __init__(self, inner: Solver, resamplings: int) -> None:
        super().__init__(inner)
        self.abilities = inner.abilities - {"reversible"} | {"stochastic"}
        self.resamplings = resamplings

    def calls(self, steps: int) -> float:
        """No more than these."""
        return self.inner.calls(steps) + (self.resamplings - 1) * steps * self.inner.calls(2)

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
        there = any_place((s_next > 0) & (s_next < state.s))
        index = there.nonzero()[:, 0]
        if not len(index):
            return state
        part, to = state.take(index), s_next[index]
        (alpha, sigma), (alpha_to, sigma_to) = alpha_sigma(part.s), alpha_sigma(to)
        share = alpha / alpha_to
        std = torch.sqrt((sigma.square() - (share * sigma_to).square()).clamp(min=0))
        told = torch.full_like(part.s, torch.nan)
        for number in range(self.resamplings - 1):
            own = replace(part, rows=part.rows.fork(1, f"repaint {number}"))
            after = self.inner.step(model, own, to, ctx)
            z = ctx.noise.normal(own, "repaint")
            x = torch.addcmul(factor(share, z) * after.x, factor(std, z), z)
            part = replace(part, x=x, pred=after.pred, pred_for=after.pred_for, pred_to=told)
        return part if len(index) == len(state.rows) else state.put(index, part)
