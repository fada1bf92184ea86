"""Heun's method in the noise level."""

from __future__ import annotations

import torch
from torch import Tensor

from graphs import Estimate, Span, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.devices import put_rows, take_rows
from nodes.contracts.levels import alpha_sigma, any_place, combined, eps_of, factor
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver, look, probe
from nodes.contracts.state import State
from nodes.solver.exponential import held
from nodes.solver.staying import stayed


@node(
    abilities=abilities("memoryless"),
    cost=Estimate(calls=lambda steps: Span(2 * steps.low - 1, 2 * steps.high - 1), saves=1),
)
def heun() -> Solver:
    """Heun's second-order method (Karras et al. 2022, arXiv:2206.00364, Algorithm 1 without churn).

    With y = x0 + s·ε, a step integrates dy/ds = ε by the trapezoid: y' = y + (s' − s)·(ε + ε')/2, where ε' is asked for
    at the point that Euler reaches. The steps to s' = 0 and to or from pure noise (s = inf) are Euler's.
    Order 2; 2 model calls a step, 1 where the step is Euler's: 2N − 1 for N steps that end at 0. Deterministic.
    """
    return Heun()


class Heun(Solver):
    """The method of `heun`."""

    abilities = frozenset({"memoryless"})

    def calls(self, steps: int) -> float:
        """Two a step, one in the last."""
        return 2 * steps - 1

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """Euler to s_next, then the trapezoid where both ends have a slope."""
        begun = state.x
        state, x0 = look(model, state, s_next, ctx)
        eps = eps_of(state.x, x0, state.s)
        # Euler
        reached = stayed(begun, combined(held(state.s, s_next), (x0, state.x)), state.s, s_next)
        rows = any_place(_sloped(state.s, s_next))
        if not bool(rows.any()):
            return state.reached(reached, s_next)
        # 2nd-order correction
        if bool(rows.all()):
            return state.reached(_corrected(model, state, reached, eps, s_next, ctx), s_next)
        index = rows.nonzero()[:, 0]
        part = state.take(index), take_rows(reached, index), take_rows(eps, index), s_next[index]
        return state.reached(put_rows(reached, index, _corrected(model, *part, ctx)), s_next)


def _corrected(model: Model, state: State, euler: Tensor, eps: Tensor, to: Tensor, ctx: Context) -> Tensor:
    """Euler's point moved by half the change of the slope, where both ends have one."""
    _, slope = probe(model, state, euler, to, ctx)
    alpha, _ = alpha_sigma(to)
    half = torch.where(_sloped(state.s, to), (to - state.s) * alpha / 2, 0.0)
    return torch.addcmul(euler, factor(half, euler), slope - eps)


def _sloped(s: Tensor, to: Tensor) -> Tensor:
    """Where both ends of a step have a slope."""
    return (to > 0) & (torch.maximum(s, to) < torch.inf)
