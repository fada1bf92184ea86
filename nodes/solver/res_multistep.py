"""The multistep method of refined exponential solvers."""

from __future__ import annotations

from typing import Annotated

from graphs import Estimate, Number, abilities, node
from nodes.contracts.solver import Solver
from nodes.solver.exponential_adams import ExponentialAdams


@node(abilities=abilities(), cost=Estimate(calls=lambda steps: steps), also=("solver.res_2m",))
def res_multistep(*, order: Annotated[int, Number(integer=True, minimum=1, maximum=3)] = 2) -> Solver:
    """RES, multistep (Zhang et al. 2023, arXiv:2308.02157, section 4): exponential Adams–Bashforth on x0, unrounded.

    With λ = −ln s, h = λ' − λ, r = (λ − λ_before)/h, φ1 = (1 − e^(−h))/h and φ2 = (1 − φ1)/h, for order 2:
    x' = (σ'/σ) x + α' h (φ1 x0 + φ2 (x0 − x0_before)/r), which meets the stiff order conditions; solver.dpmpp_2m has
    φ1/2 in the place of φ2. Order 3 is the same with a parabola. A row's first steps are of lower order, and so are
    those after a turn of the levels; steps to or from s = 0 or inf are of order 1.
    Order: `order`; 1 model call a step. Deterministic. Errors: a sample of tokens.
    """
    return ExponentialAdams("res_multistep", order)
