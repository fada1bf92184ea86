"""DPM-Solver of order 2, a single step with two questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeAlias

from torch import Tensor

from graphs import Number, abilities, also, node
from nodes.contracts.levels import alpha_sigma
from nodes.contracts.solver import Solver
from nodes.solver.exponential import along, length, phi
from nodes.solver.stages import Stage, Staged, moved_eps, stages_cost

Share: TypeAlias = Annotated[float, Number(minimum=0.05, maximum=1, step=0.05), also("r1", "r")]


@node(abilities=abilities("memoryless"), cost=stages_cost(2), also=("solver.dpm_2",))
def dpm_solver_2(*, share: Share = 0.5) -> Solver:
    """DPM-Solver-2, a single step on ε (Lu et al. 2022, arXiv:2206.00927, Algorithm 4); DPM2 of k-diffusion.

    With λ = −ln s, h = λ' − λ and r = `share`: u = (α_q/α) x − σ_q expm1(r h) ε at λ + r h, where ε_q is asked for, and
    x' = (α'/α) x − σ' expm1(h) (ε + (ε_q − ε)/(2r)). At r = ½ that is y' = y + (s' − s) ε_q with y = x0 + s ε: "dpm_2"
    and diffusers' KDPM2DiscreteScheduler. Steps to or from s = 0 or inf are Euler's.
    Order 2; 2 model calls a step, 1 where it is Euler's. Deterministic. Errors: a sample of tokens.
    """
    return DpmSolver2(share)


class DpmSolver2(Staged):
    """The method of `dpm_solver_2`."""

    def __init__(self, share: float = 0.5) -> None:
        self.share = share

    def plan(self, s: Tensor, s_next: Tensor) -> Sequence[Stage]:
        """Euler's point on the way, and the end by the change of ε."""
        h = length(s, s_next)
        weight = -alpha_sigma(s_next)[1] * h * phi(1, h) / (2 * self.share)
        return moved_eps(along(s, s_next, self.share)), moved_eps(s_next, weight)
