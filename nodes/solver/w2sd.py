"""Weak-to-strong diffusion: steps reflected by a weaker model."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import torch
from torch import Tensor

from graphs import Estimate, Known, Number, Span, abilities, also, node
from nodes.contracts.context import Context
from nodes.contracts.levels import any_place, place
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver, probe
from nodes.contracts.state import State
from nodes.solver.over import Over
from nodes.solver.stochastic import deterministic


def cost(known: Known) -> Estimate:
    """The inner solver's, and at the most once more for each reflected step, with one question to the weak model."""
    inner = known.input("solver")
    calls = inner.calls
    if calls is None or known.value("reflections") == 0:
        return inner

    def more(steps: Span) -> Span:
        return Span(calls(steps).low, 2 * calls(steps).high + steps.high)

    return Estimate(calls=more, saves=inner.saves)


@node(abilities=abilities(like="solver", without=("memoryless", "reversible")), cost=cost)
def w2sd(
    solver: Solver,
    weak: Model,
    *,
    reflections: Annotated[int, Number(integer=True, minimum=0, maximum=10000), also("lambda_steps")] = 10,
) -> Solver:
    """Weak-to-strong diffusion (Bai et al. 2025, arXiv:2502.00473): early steps are taken back by a weaker model.

    In a row's first `reflections` steps: the solver's step from s to s' with the model that is sampled, the strong one;
    back up by DDIM with `weak`, ỹ = y' + (s − s') ε_weak(y', s') with y = x0 + s ε; and the step anew from there. To
    first order y moves by (s − s')(ε_weak − ε_strong), away from what the weak model would have made. With
    guidance.cfg of a high scale as the strong one and of a low scale as `weak` it is Z-sampling. Steps from s = inf,
    to s = 0 and upward are not reflected. x [B, *event]. With 0 it is the solver, bitwise.
    Cost: the solver's calls twice, and 1 of the weak model, in each reflected step; a plan counts that one like the
    model's. Errors: a solver that draws itself, couples two points, or is of tokens.
    """
    if reflections == 0:
        return solver
    deterministic(solver)
    return Reflected(solver, weak, reflections)


class Reflected(Over):
    """The method of `w2sd`."""

    def __init__(self, inner: Solver, weak: Model, reflections: int) -> None:
        super().__init__(inner)
        self.abilities = inner.abilities - {"memoryless", "reversible"}
        self.weak, self.reflections = weak, reflections

    def calls(self, steps: int) -> float:
        """No more than these."""
        return 2 * self.inner.calls(steps) + min(steps, self.reflections)

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """The inner solver's step, from where the reflection leads."""
        there = torch.isfinite(state.s) & (s_next < state.s) & (s_next > 0)
        index = (any_place(there) & (state.step < self.reflections)).nonzero()[:, 0]
        if not len(index):
            return self.inner.step(model, state, s_next, ctx)
        part = self.reflected(model, state.take(index), s_next[index], there[index], ctx)
        if len(index) == len(state.rows):
            return self.inner.step(model, part, s_next, ctx)
        return self.inner.step(model, state.put(index, part), s_next, ctx)

    def reflected(self, model: Model, state: State, s_next: Tensor, there: Tensor, ctx: Context) -> State:
        """The state at its own level after the way down with the model and up with the weak one."""
        to = torch.where(there, s_next, state.s)
        down = self.inner.step(model, state, to, ctx)
        x0, eps = probe(self.weak, replace(down, step=state.step, memory={}), down.x, to, ctx)
        x = place(x0, eps, state.s)
        return replace(state, x=x, pred_to=torch.full_like(state.s, torch.nan))
