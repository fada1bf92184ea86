"""The refined exponential solver of order 2, a single step with two questions."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from graphs import abilities, node
from nodes.contracts.levels import alpha_sigma
from nodes.contracts.solver import Solver
from nodes.solver.dpm_solver_2 import Share
from nodes.solver.exponential import along, length, phi
from nodes.solver.stages import Stage, Staged, moved_x0, stages_cost


@node(abilities=abilities("memoryless"), cost=stages_cost(2), also=("solver.res_singlestep",))
def res_2s(*, share: Share = 0.5) -> Solver:
    """RES, the refined exponential solver, a single step on x0 (Zhang et al. 2023, arXiv:2308.02157, Algorithm 1).

    With λ = −ln s, h = λ' − λ, c = `share`, φ_1 = (1 − e^(−h))/h and φ_2 = (1 − φ_1)/h: x0_q is asked for at Euler's
    point at λ + c h, and x' = (σ'/σ) x + α' h (b_1 x0 + b_2 x0_q) with b_2 = φ_2/c and b_1 = φ_1 − b_2. Unlike
    solver.dpmpp_2s, which has φ_1/2 for φ_2, it meets the order conditions for stiff equations (Hochbruck &
    Ostermann 2005). Steps to or from s = 0 or inf are Euler's.
    Order 2; 2 model calls a step, 1 where it is Euler's. Deterministic. Errors: a sample of tokens.
    """
    return Res2S(share)


class Res2S(Staged):
    """The method of `res_2s`."""

    def __init__(self, share: float = 0.5) -> None:
        self.share = share

    def plan(self, s: Tensor, s_next: Tensor) -> Sequence[Stage]:
        """Euler's point on the way, and the end by the change of x0."""
        h = length(s, s_next)
        weight = alpha_sigma(s_next)[0] * h * phi(2, -h) / self.share
        return moved_x0(along(s, s_next, self.share)), moved_x0(s_next, weight)
