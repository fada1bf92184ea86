"""Langevin corrections before every step of a solver."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Annotated, Literal, TypeAlias

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, Number, Span, abilities, also, node
from nodes.contracts.context import Context
from nodes.contracts.kernel import GaussianKernel, Kernel
from nodes.contracts.levels import alpha_sigma, beside, factor
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver, probe
from nodes.contracts.state import State
from nodes.solver.over import Over

Snr: TypeAlias = Annotated[float, Number(minimum=0, maximum=1, step=0.01), also("r", "target_snr")]
Corrections: TypeAlias = Annotated[
    int, Number(integer=True, minimum=1, maximum=1000, work=True), also("correct_steps", "n_steps")
]
Norms: TypeAlias = Literal["row", "batch", "level"]


def corrected_cost(inner: Estimate, corrections: Span) -> Estimate:
    """The inner solver's, and the corrections of each step; a first step from pure noise has none."""
    calls = inner.calls
    if calls is None:
        return Estimate()

    def more(steps: Span) -> Span:
        return calls(steps) + corrections * Span(max(0, steps.low - 1), steps.high)

    return Estimate(calls=more, saves=inner.saves)


def cost(known: Known) -> Estimate:
    """The inner solver's, and the corrections."""
    inner = known.input("solver")
    return inner if known.value("snr") == 0 else corrected_cost(inner, known.number("corrections"))


@node(abilities=abilities(like="solver", without=("reversible",), depending={"stochastic": "snr"}), cost=cost)
def langevin(solver: Solver, *, snr: Snr = 0.16, corrections: Corrections = 1, norms: Norms = "row") -> Solver:
    """Langevin's corrector before every step of a solver (Song et al. 2021, arXiv:2011.13456, Algorithms 4 and 5).

    At level s, so many times as `corrections`: x' = x + e g + √(2 e) z with the score g = −ε/σ and
    e = 2 (snr |z|/|g|)². Corrections leave the law at s where it is but for their step's length, and bring points back
    that other errors took away from it. The norms are each row's own; "batch" averages them over the batch as the
    paper's code does, so rows are no longer what they are alone; "level" has |z|/|g| = σ, as annealed Langevin dynamics
    (Song & Ermon 2019, arXiv:1907.05600). The paper's factor α of each step for VP is left out: it is 1 but for a step.
    snr: 0.16 for VE, 0.01 to 0.05 for VP; 0 is the solver, bitwise. Nothing is done at s = inf, at s = 0, and before
    steps upward. Noise goes in before the solver asks: the kernel is the solver's law given it, a point where the
    solver is deterministic.
    Cost: `corrections` model calls a step besides the solver's. Errors: a solver of tokens.
    """
    if snr == 0:
        return solver
    if "tokens" in solver.abilities:
        raise InputError("tokens have no score", where="solver", given=type(solver).__name__, mend="take it out")
    return Langevin(solver, snr, corrections, norms)


class Langevin(Over):
    """The method of `langevin`."""

    def __init__(self, inner: Solver, snr: float, corrections: int, norms: Norms = "row") -> None:
        super().__init__(inner)
        self.abilities = inner.abilities - {"reversible"} | {"stochastic"}
        self.snr, self.corrections = snr, corrections
        self.norms: Norms = norms

    def calls(self, steps: int) -> float:
        """The inner solver's, and the corrections."""
        return self.inner.calls(steps) + self.corrections * steps

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """The inner solver's step from where the corrections lead."""
        return self.inner.step(model, self.corrected(model, state, s_next, ctx), s_next, ctx)

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> Kernel:
        """The inner solver's, or a point, the corrections being made."""
        corrected = self.corrected(model, state, s_next, ctx)
        if "stochastic" in self.inner.abilities:
            return self.inner.kernel(model, corrected, s_next, ctx)
        after = self.inner.step(model, corrected, s_next, ctx)
        return GaussianKernel(after.x, torch.zeros_like(s_next, dtype=torch.float64), state, after)

    def corrected(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """The state after its corrections; rows without any are as they were."""
        there = (s_next < state.s) & torch.isfinite(state.s)
        index = (there.flatten(1).any(1) if there.ndim > 1 else there).nonzero()[:, 0]
        if not len(index):
            return state
        part = state.take(index)
        x = part.x
        for number in range(self.corrections):
            x = self._moved(model, replace(part, x=x), there[index], number, ctx)
        told = None if part.pred_to is None else torch.full_like(part.pred_to, torch.nan)
        part = replace(part, x=x, pred_to=told)
        return part if len(index) == len(state.rows) else state.put(index, part)

    def _moved(self, model: Model, state: State, there: Tensor, number: int, ctx: Context) -> Tensor:
        """One correction of the places that have one."""
        _, eps = probe(model, state, state.x, state.s, ctx)
        z = ctx.noise.normal(state, "langevin", number)
        _, sigma = alpha_sigma(state.s)
        share = beside(self._share(eps, z), eps)  # snr |z|/|ε|, so that e = 2 (share σ)²
        return (
            state.x
            - factor(torch.where(there, 2 * sigma, 0.0), eps) * share.square() * eps
            + factor(torch.where(there, 2 * sigma, 0.0), eps) * share * z
        )

    def _share(self, eps: Tensor, z: Tensor) -> Tensor:
        """[B], on the device."""
        if self.norms == "level":
            return torch.full((len(eps),), self.snr, dtype=eps.dtype, device=eps.device)
        over, under = (values.double().square().flatten(1).sum(1).sqrt() for values in (z, eps))
        if self.norms == "batch":
            over, under = over.mean().expand(len(z)), under.mean().expand(len(z))
        smallest = math.sqrt(torch.finfo(torch.float32).tiny)
        share: Tensor = self.snr * over / under.clamp(min=smallest)
        return share.to(eps.dtype)
