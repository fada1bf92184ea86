"""DPM-Solver++ of order 2, a single step with two questions."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from graphs import abilities, node
from nodes.contracts.levels import alpha_sigma
from nodes.contracts.solver import Solver
from nodes.solver.dpm_solver_2 import Share
from nodes.solver.exponential import along, length, phi
from nodes.solver.stages import Stage, Staged, moved_x0, stages_cost


@node(abilities=abilities("memoryless"), cost=stages_cost(2))
def dpmpp_2s(*, share: Share = 0.5) -> Solver:
    """DPM-Solver++(2S), a single step on x0 (Lu et al. 2022, arXiv:2211.01095, Algorithm 1).

    With λ = −ln s, h = λ' − λ and r = `share`: u = (σ_q/σ) x − α_q expm1(−r h) x0 at λ + r h, where x0_q is asked for,
    and x' = (σ'/σ) x − α' expm1(−h) D with D = (1 − 1/(2r)) x0 + x0_q/(2r). Steps to or from s = 0 or inf are Euler's.
    Order 2; 2 model calls a step, 1 where it is Euler's. Deterministic. Errors: a sample of tokens.
    """
    return Dpmpp2S(share)


class Dpmpp2S(Staged):
    """The method of `dpmpp_2s`."""

    def __init__(self, share: float = 0.5) -> None:
        self.share = share

    def plan(self, s: Tensor, s_next: Tensor) -> Sequence[Stage]:
        """Euler's point on the way, and the end by the change of x0."""
        h = length(s, s_next)
        weight = alpha_sigma(s_next)[0] * h * phi(1, -h) / (2 * self.share)
        return moved_x0(along(s, s_next, self.share)), moved_x0(s_next, weight)
