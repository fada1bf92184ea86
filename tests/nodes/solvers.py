"""The simplest solvers, for tests of models: Euler's method, and one that remembers."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from nodes.contracts.context import Context
from nodes.contracts.levels import alpha_sigma, eps_of, factor, place
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver, look
from nodes.contracts.state import State


class Euler(Solver):
    """x' = α' x0 + σ' ε."""

    def calls(self, steps: int) -> float:
        """One a step."""
        return steps

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """One step of it."""
        state, x0 = look(model, state, s_next, ctx)
        return state.reached(place(x0, eps_of(state.x, x0, state.s), s_next), s_next)


class Remembering(Euler):
    """Euler's method on the mean of this x0 and the one before."""

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """One step of it."""
        state, x0 = look(model, state, s_next, ctx)
        before = state.past.get("remembering/x0", torch.zeros_like(x0))
        used = torch.where((state.step > 0).reshape(-1, *(1,) * (x0.ndim - 1)), (x0 + before) / 2, x0)
        state = replace(state, past={**state.past, "remembering/x0": x0})
        return state.reached(place(used, eps_of(state.x, used, state.s), s_next), s_next)


def ancestral(x: Tensor, x0: Tensor, s: Tensor, s_next: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of the posterior q(x' | x, x0) of DDPM."""
    (alpha, sigma), (reached, left) = alpha_sigma(s), alpha_sigma(s_next)
    up = left / sigma * torch.sqrt((sigma**2 - (alpha / reached) ** 2 * left**2).clamp_min(0))
    eps = eps_of(x, x0, s)
    return factor(reached, x) * x0 + factor(torch.sqrt(left**2 - up**2), x) * eps, up
