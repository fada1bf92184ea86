"""The exponential Runge–Kutta method of order 3, a single step with three questions."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from graphs import abilities, node
from nodes.contracts.levels import alpha_sigma
from nodes.contracts.solver import Solver
from nodes.solver.exponential import along, length, phi
from nodes.solver.stages import Stage, Staged, moved_x0, stages_cost

MIDDLE = 0.5
"""c2; c3 is 1."""
GAMMA = 4.0
"""(3 c3³ − 2 c3)/(c2 (2 − 3 c2)), for which 2 (γ c2 + c3) = 3 (γ c2² + c3²)."""


@node(abilities=abilities("memoryless"), cost=stages_cost(3))
def res_3s() -> Solver:
    """An exponential Runge–Kutta method of order 3 on x0 (Hochbruck & Ostermann 2005, SIAM J. Numer. Anal. 43, 5.8).

    In the frame of RES (arXiv:2308.02157): with λ = −ln s, h = λ' − λ, φ_k = φ_k(−h), c_2 = ½, c_3 = 1 and γ = 4,
    x0_2 is asked for at Euler's point at λ + h/2, x0_3 at the end with a_32 = γ c_2 φ_2(−c_2 h) + φ_2(−h)/c_2;
    x' = (σ'/σ) x + α' h (b_1 x0 + b_2 x0_2 + b_3 x0_3), b_2 = γ φ_2/(γ c_2 + 1), b_3 = φ_2/(γ c_2 + 1) and
    b_1 = φ_1 − b_2 − b_3. As h becomes small it is Kutta's method. Steps to or from s = 0 or inf are Euler's.
    Order 3; 3 model calls a step, 1 where it is Euler's. Deterministic. Errors: a sample of tokens.
    """
    return Res3S()


class Res3S(Staged):
    """The method of `res_3s`."""

    stages = 3

    def plan(self, s: Tensor, s_next: Tensor) -> Sequence[Stage]:
        """The middle, a first end, and the end."""
        h, (alpha, _) = length(s, s_next), alpha_sigma(s_next)
        inner = alpha * h * (GAMMA * MIDDLE * phi(2, -MIDDLE * h) + phi(2, -h) / MIDDLE)
        last = alpha * h * phi(2, -h) / (GAMMA * MIDDLE + 1)
        return moved_x0(along(s, s_next, MIDDLE)), moved_x0(s_next, inner), moved_x0(s_next, GAMMA * last, last)
