"""DPM-Solver++ with two points."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from graphs import Estimate, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.levels import combined, log_snr
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver, look
from nodes.contracts.state import State
from nodes.solver.exponential import held
from nodes.solver.staying import stayed

X0, LEVEL = "dpmpp_2m/x0", "dpmpp_2m/s"


@node(abilities=abilities(), cost=Estimate(calls=lambda steps: steps))
def dpmpp_2m() -> Solver:
    """DPM-Solver++(2M), a multistep method on x0 (Lu et al. 2022, arXiv:2211.01095, Algorithm 2).

    With λ = −ln s, h = λ' − λ and r = (λ − λ_before)/h: D = (1 + 1/(2r)) x0 − 1/(2r) x0_before, and
    x' = (σ'/σ) x − α' expm1(−h) D. A row's first step, and steps to or from s = 0 or inf, are of order 1 (D = x0).
    Levels fall or rise and may differ by row and by place; rows may join in mid-run.
    Order 2; 1 model call a step. Deterministic. Errors: a sample of tokens.
    """
    return Dpmpp2M()


class Dpmpp2M(Solver):
    """The method of `dpmpp_2m`; in `past` the last x0 and, in the shape of s, the level that it was predicted at."""

    def calls(self, steps: int) -> float:
        """One a step."""
        return steps

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """Extrapolate x0 to the middle of the step, and go there as if it were constant."""
        begun = state.x
        state, x0 = look(model, state, s_next, ctx)
        s = moved(state.s, x0.device)
        # The exponential step with D held: (σ'/σ) x − α' expm1(−h) D.
        of_x0, of_x = held(state.s, s_next)
        reached = extrapolated(of_x0, of_x, of_x0, state, x0, s_next)
        after = state.reached(stayed(begun, reached, state.s, s_next), s_next)
        return replace(after, past={**state.past, X0: x0, LEVEL: s})


def extrapolated(of_x0: Tensor, of_x: Tensor, bend: Tensor, state: State, x0: Tensor, s_next: Tensor) -> Tensor:
    """The sum of x0, x and D − x0 = (x0 − x0_before)/(2r), with these weights; D = x0 where there was none before."""
    before, level = state.past.get(X0), state.past.get(LEVEL)
    if before is None or level is None:
        return combined((of_x0, of_x), (x0, state.x))
    of_x0, of_x, bend, s, to = (moved(entry, x0.device) for entry in (of_x0, of_x, bend, state.s, s_next))
    share = bend * half_ratio(level, s, to)
    return combined((of_x0 + share, of_x, -share), (x0, state.x, before))


def half_ratio(before: Tensor, s: Tensor, s_next: Tensor) -> Tensor:
    """1/(2r) = (λ' − λ)/(2 (λ − λ_before)), float64 like s; 0 where one of the levels is 0 or inf, or nothing is told.

    A row that never wrote has 0 as its level before.
    """
    logs = log_snr(torch.stack((before, s, s_next)))
    last, now = logs[1:] - logs[:-1]
    known = torch.isfinite(logs).all(0) & (last != 0)
    return torch.where(known, now / (2 * last), 0.0)
