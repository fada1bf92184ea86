"""DDIM accelerated by the score at the level before."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from graphs import Estimate, Span, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.devices import moved, put_rows, take_rows
from nodes.contracts.levels import alpha_sigma, any_place, beside, eps_of, factor, place
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver, look, probe
from nodes.contracts.state import State
from nodes.solver.exponential import measurable
from nodes.solver.staying import stayed

LEVEL = "accelerated_ddim/s"


@node(
    abilities=abilities(),
    cost=Estimate(calls=lambda steps: Span(max(min(1.0, steps.low), 2 * steps.low - 2), 2 * steps.high)),
)
def accelerated_ddim() -> Solver:
    """Accelerated DDIM (Li et al. 2024, arXiv:2403.03852, Algorithm 1): DDPM's deterministic step, of second order.

    With the score g = −ε/σ, a = (α/α')² and a_before that of the step before: y = √a_before (x − ½ (1 − a_before) g(x))
    is the way back to the level before, where the score is asked for once more, and
    x' = a^(−½) (x + ½ (1 − a) g(x) + (1 − a)²/(4 (1 − a_before)) (g(x) − √a_before g_before(y))). A row's first step,
    and the one after s = inf, lack the last term; steps to or from s = 0 or inf are Euler's. Meant for fine levels:
    (1 − a) is not small where α doubles in a step.
    Order 2; 2 model calls a step, 1 in the first and where it is Euler's. Deterministic. Errors: a sample of tokens.
    """
    return AcceleratedDdim()


class AcceleratedDdim(Solver):
    """The method of `accelerated_ddim`; in `past` the level before, which stays on the host as levels do."""

    def calls(self, steps: int) -> float:
        """Two a step, one in the first and in the last."""
        return max(2 * steps - 2, min(steps, 1))

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """The step of the paper, and Euler's where that has none."""
        begun, s = state.x, state.s
        state, x0 = look(model, state, s_next, ctx)
        eps, x = eps_of(state.x, x0, s), state.x
        bent = measurable(s, s_next)
        down, up = torch.where(bent, s, 1.0), torch.where(bent, s_next, 1.0)
        drift = factor(half(down, up) / alpha_sigma(down)[1], x) * eps
        reached = factor(1 / root(down, up), x) * (x - drift)
        reached = torch.where(beside(bent, x), reached, place(x0, eps, s_next))
        earlier = moved(state.past.get(LEVEL, torch.zeros_like(s)), "cpu")
        known = measurable(s, s_next) & measurable(earlier, s) & (earlier != s)
        index = any_place(known).nonzero()[:, 0]
        if len(index):
            part = state.take(index)
            change = self._change(
                model, part, take_rows(eps, index), (known[index], earlier[index], s_next[index]), ctx
            )
            reached = put_rows(reached, index, take_rows(reached, index) + change)
        after = state.reached(stayed(begun, reached, s, s_next), s_next)
        return replace(after, past={**after.past, LEVEL: s})

    def _change(
        self, model: Model, state: State, eps: Tensor, levels: tuple[Tensor, Tensor, Tensor], ctx: Context
    ) -> Tensor:
        """The last term, 0 at places that have no level before."""
        known, earlier, s_next = levels
        x, s = state.x, state.s
        earlier = torch.where(known, earlier, s)
        sigma, sigma_earlier = alpha_sigma(s)[1], alpha_sigma(earlier)[1]
        before, ratio = half(earlier, s), root(earlier, s)
        y = factor(ratio, x) * (x + factor(before / sigma, x) * eps)
        _, slope = probe(model, state, y, earlier, ctx)
        weight = half(s, s_next).square() / torch.where(known, 2 * before, torch.inf) / root(s, s_next)
        # The scores are −ε/σ.
        return factor(weight * ratio / sigma_earlier, x) * slope - factor(weight / sigma, x) * eps


def root(s: Tensor, s_next: Tensor) -> Tensor:
    """√a = α/α' of a step."""
    return alpha_sigma(s)[0] / alpha_sigma(s_next)[0]


def half(s: Tensor, s_next: Tensor) -> Tensor:
    """½ (1 − a) of a step."""
    return (1 - root(s, s_next).square()) / 2
