"""All the way in one jump."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from graphs import Estimate, Span, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.levels import any_place
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver
from nodes.contracts.state import State
from nodes.solver.euler import Euler


@node(abilities=abilities(), cost=Estimate(calls=lambda steps: Span(min(1, steps.low), min(1, steps.high))))
def one_step() -> Solver:
    """One-step generation: x = f(x, s) at the first level, and the rows are done, whatever levels follow.

    f is the answer of the model, asked on the way to s' = 0: of a consistency model, a one-step student or a rectified
    flow (Liu et al. 2022, arXiv:2209.03003) its output; of model.flow_map the exact end of the flow; of an ordinary
    model the mean of x0. The first level is that which a student was trained at. Where the level rises it is
    solver.euler. 1 model call in all. Deterministic. Errors: a sample of tokens.
    """
    return OneStep()


class OneStep(Euler):
    """The method of `one_step`."""

    abilities = frozenset()

    def calls(self, steps: int) -> float:
        """One."""
        return min(1, steps)

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """To data where the level falls."""
        falls = s_next <= state.s
        after = super().step(model, state, torch.where(falls, 0.0, s_next), ctx)
        return replace(after, done=state.done | ~any_place(~falls))
