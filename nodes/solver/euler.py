"""Euler's method in the noise level, which is DDIM."""

from __future__ import annotations

from torch import Tensor

from graphs import Estimate, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.levels import combined
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver, look
from nodes.contracts.state import State
from nodes.solver.exponential import held
from nodes.solver.staying import stayed


@node(abilities=abilities("memoryless"), cost=Estimate(calls=lambda steps: steps))
def euler() -> Solver:
    """Euler's method on dy/ds = ε, y = x0 + s·ε: DDIM with η = 0, and DPM-Solver-1 (arXiv:2010.02502, equation 13).

    x' = α' x0 + σ' ε for the predicted x0 and the ε that belongs to it. Levels fall or rise, from 0 to inf, and may
    differ by row and by place. The same in every process: Euler in the time of a flow only walks another grid.
    Order 1; 1 model call a step. Deterministic. Errors: a sample of tokens.
    """
    return Euler()


class Euler(Solver):
    """The method of `euler`."""

    abilities = frozenset({"memoryless"})

    def calls(self, steps: int) -> float:
        """One a step."""
        return steps

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """The point of the predicted x0 and its ε at s_next."""
        begun = state.x
        state, x0 = look(model, state, s_next, ctx)
        reached = combined(held(state.s, s_next), (x0, state.x))
        return state.reached(stayed(begun, reached, state.s, s_next), s_next)
