"""DPM-Solver of order 3, a single step with three questions."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from graphs import abilities, node
from nodes.contracts.levels import alpha_sigma
from nodes.contracts.solver import Solver
from nodes.solver.exponential import along, length, phi
from nodes.solver.stages import Stage, Staged, moved_eps, stages_cost

FIRST, SECOND = 1 / 3, 2 / 3
"""r1 and r2. The paper leaves them open, but only with r2 = 2/3 do its formulas have order 3."""


@node(abilities=abilities("memoryless"), cost=stages_cost(3))
def dpm_solver_3() -> Solver:
    """DPM-Solver-3, a single step on ε (Lu et al. 2022, arXiv:2206.00927, Algorithm 5), with r1 = 1/3 and r2 = 2/3.

    With λ = −ln s and h = λ' − λ, u1 is DPM-Solver-1 at λ + r1 h and D1 = ε(u1) − ε; u2 at λ + r2 h is
    (α_2/α) x − σ_2 expm1(r2 h) ε − σ_2 (r2/r1) (expm1(r2 h)/(r2 h) − 1) D1, and D2 = ε(u2) − ε;
    x' = (α'/α) x − σ' expm1(h) ε − (σ'/r2) (expm1(h)/h − 1) D2. Steps to or from s = 0 or inf are Euler's.
    Order 3; 3 model calls a step, 1 where it is Euler's. Deterministic. Errors: a sample of tokens.
    """
    return DpmSolver3()


class DpmSolver3(Staged):
    """The method of `dpm_solver_3`."""

    stages = 3

    def plan(self, s: Tensor, s_next: Tensor) -> Sequence[Stage]:
        """Two points on the way, and the end by the change of ε to the second."""
        h = length(s, s_next)
        second = along(s, s_next, SECOND)
        bend = -alpha_sigma(second)[1] * (SECOND / FIRST) * SECOND * h * phi(2, SECOND * h)
        end = -alpha_sigma(s_next)[1] * h * phi(2, h) / SECOND
        return moved_eps(along(s, s_next, FIRST)), moved_eps(second, bend), moved_eps(s_next, None, end)
