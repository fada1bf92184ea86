"""UniC, the corrector of UniPC, around any deterministic solver."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, TypeAlias

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, Number, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.levels import Levels, alpha_sigma, combined, log_snr
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver, look
from nodes.contracts.state import State
from nodes.solver.exponential import held, length
from nodes.solver.exponential_adams import Rough, exponential_moments, half_of, rounded
from nodes.solver.history import in_line, recalled, remembered
from nodes.solver.interpolation import interpolating
from nodes.solver.multistep import FEW, before_end, ending, total
from nodes.solver.over import Over

Longest: TypeAlias = Annotated[float, Number(minimum=0, maximum=1e6, infinite=True)]
Order: TypeAlias = Annotated[int, Number(integer=True, minimum=1, maximum=4)]


def cost(known: Known) -> Estimate:
    """The inner solver's."""
    inner = known.input("solver")
    return Estimate(calls=inner.calls, saves=inner.saves)


@node(abilities=abilities(like="solver", without=("memoryless",)), cost=cost)
def unic(solver: Solver, *, order: Order = 2, solver_type: Rough = "bh2", longest_step: Longest = math.inf) -> Solver:
    """UniC: each step of a deterministic solver is corrected by what the model answers where it ended.

    That answer m' is asked for anyway, for the next step, so nothing is asked twice. With λ = −ln s and h = λ' − λ of
    the last step, x ← (σ'/σ) x_before + α' ∫ e^(τ−λ') m(τ) dτ, m the polynomial through m', the answer at the step's
    start, and `order` − 1 before; for order 1 the integral is rounded off by B(h)/2: "bh1" B = h, "bh2"
    B = 1 − e^(−h). The order of a solver grows by 1 where it was `order`. As the model is not asked again, m' stays
    that of the uncorrected point. The last step is not corrected, nor one from s = 0 or inf, nor after an answer with
    an ε of its own (CFG++), nor one with |h| above `longest_step`: of few steps the correction can be worse than what
    it corrects. Zhao et al. 2023 (arXiv:2302.04867, Algorithm 1, equation 9). Cost: the inner solver's.
    Errors: a solver that draws, one that can be undone, one of tokens.
    """
    for ability in ("stochastic", "reversible", "tokens"):
        if ability in solver.abilities:
            raise InputError(
                "UniC corrects deterministic steps of points",
                where="unic.solver",
                given=f"{type(solver).__name__}, which is {ability!r}",
                allowed="a deterministic solver, as solver.dpmpp_2m or solver.euler",
                mend="wire such a solver, or take solver.unic out",
            )
    return Unic(solver, "unic", order, solver_type, longest_step=longest_step)


class Unic(Over):
    """The method of `unic`; in `past` the x that the last step began at, and `order` answers with their levels."""

    def __init__(
        self,
        inner: Solver,
        name: str,
        order: int,
        rough: Rough,
        *,
        lower_order_final: bool = False,
        longest_step: float = math.inf,
    ) -> None:
        super().__init__(inner)
        self.abilities = inner.abilities - {"memoryless"}
        self.name, self.order, self.lower_order_final = name, order, lower_order_final
        self.longest_step = longest_step
        self.rough: Rough = rough

    def start(self, sample: Sample, levels: Levels, ctx: Context) -> State:
        """The inner solver's, and where the levels end, if that matters."""
        state = super().start(sample, levels, ctx)
        if not self.lower_order_final or len(levels) >= FEW:
            return state
        return replace(state, past={**state.past, **ending(self.name, self.order - 1, levels, state)})

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """Correct the point that was reached, and go on from there."""
        state, x0 = look(model, state, s_next, ctx)
        state = replace(state, x=self.corrected(state, x0, s_next))
        past = remembered(state.past, f"{self.name}/x0", x0, self.order)
        past = remembered(past, f"{self.name}/s", moved(state.s, x0.device), self.order)
        past = remembered(past, f"{self.name}/x", state.x, 1)
        return self.inner.step(model, replace(state, past=past), s_next, ctx)

    def corrected(self, state: State, x0: Tensor, s_next: Tensor) -> Tensor:
        """The point by the answer at it, x itself where there was no step before; places that stay are left alone."""
        levels = recalled(state.past, f"{self.name}/s", self.order)
        if not levels or state.pred is None or state.pred.eps is not None:
            return state.x
        answers = recalled(state.past, f"{self.name}/x0", self.order)
        [begun] = recalled(state.past, f"{self.name}/x", 1)
        now, (before, *earlier) = moved(state.s, x0.device), levels
        h = length(before, now).abs()
        moves = (h != 0) & (h <= self.longest_step) & moved(s_next != state.s, x0.device)
        of_base, of_x = held(before, now)
        weights = self.weights(now, before, earlier, state.past)
        whole = torch.stack((of_x, of_base - total(weights), *weights))
        tensors = (state.x, begun, answers[0], x0, *answers[1:])
        return combined(((~moves).double(), *torch.where(moves, whole, 0.0)), tensors)

    def weights(self, now: Tensor, before: Tensor, earlier: Sequence[Tensor], past: Mapping[str, Tensor]) -> Tensor:
        """What each difference to the answer at the step's start counts, that of the new answer first."""
        h, begun = length(before, now), log_snr(before)
        known = h != 0
        lined = before_end(past, self.name, now, in_line(now, before, earlier))
        used = torch.cat((known[None], lined))
        nodes = torch.stack((torch.ones_like(h), *((log_snr(level) - begun) / h for level in earlier)))
        half = half_of(h, self.rough)
        moments = rounded(exponential_moments(h, len(nodes)), half, used) if earlier else half[None]
        return torch.where(known, alpha_sigma(now)[0] * interpolating(nodes, used, moments), 0.0)
