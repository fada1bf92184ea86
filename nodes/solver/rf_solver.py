"""RF-Solver: a second-order step in the time of a rectified flow."""

from __future__ import annotations

from torch import Tensor

from graphs import Estimate, Span, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.levels import eps_of, factor
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver, look, probe
from nodes.contracts.state import State
from nodes.solver.clocks import Flow
from nodes.solver.staying import stayed


@node(abilities=abilities("memoryless"), cost=Estimate(calls=lambda steps: Span.of(2) * steps))
def rf_solver() -> Solver:
    """RF-Solver (Wang et al. 2024, arXiv:2411.04746, Algorithm 1): the second-order Taylor step of a rectified flow.

    In t = s/(1 + s), z = (1 − t) x0 + t ε and v = ε − x0: v is asked for again at z + ½ Δt v, v' = (v_mid − v)/(½ Δt),
    and z' = z + Δt v + ½ Δt² v'. That is z + Δt v_mid: algebraically solver.midpoint in "flow", whatever the model.
    Sampling a flow backwards (inversion) is the same step over rising levels; both ends are regular.
    Order 2; 2 model calls a step. Deterministic. Errors: a sample of tokens.
    """
    return RfSolver()


class RfSolver(Solver):
    """The method of `rf_solver`, as the paper writes it."""

    abilities = frozenset({"memoryless"})

    def calls(self, steps: int) -> float:
        """Two a step."""
        return 2 * steps

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """By the velocity here and its change over half the step."""
        begun, clock = state.x, Flow()
        state, x0 = look(model, state, s_next, ctx)
        eps = eps_of(state.x, x0, state.s)
        t, t_next = clock.read(state.s), clock.read(s_next)
        velocity, z = eps - x0, factor(1 - t, x0) * x0 + factor(t, x0) * eps
        half = (t_next - t) / 2
        middle = clock.level(t + half)
        x0_middle, eps_middle = probe(
            model, state, factor(clock.size(middle), z) * (z + factor(half, z) * velocity), middle, ctx
        )
        change = (eps_middle - x0_middle - velocity) / factor(_nonzero(half), z)
        straight = z + factor(2 * half, z) * velocity
        reached = factor(clock.size(s_next), z) * (straight + factor(2 * half.square(), z) * change)
        return state.reached(stayed(begun, reached, state.s, s_next), s_next)


def _nonzero(half: Tensor) -> Tensor:
    """Half the step, 1 at places that stay."""
    return half.where(half != 0, half.new_ones(()))
