"""DPM-Solver++ with three points, of third order."""

from __future__ import annotations

from graphs import Estimate, abilities, node
from nodes.contracts.solver import Solver
from nodes.solver.exponential_adams import ExponentialAdams


@node(abilities=abilities(), cost=Estimate(calls=lambda steps: steps))
def dpmpp_3m(*, lower_order_final: bool = True) -> Solver:
    """DPM-Solver++(3M), a multistep method on x0 (Lu et al. 2022, arXiv:2211.01095; its appendix B for k = 3).

    With λ = −ln s, h = λ' − λ, r0 and r1 the last two steps in units of h, D10 = (m − m1)/r0, D11 = (m1 − m2)/r1,
    D1 = D10 + r0 (D10 − D11)/(r0 + r1), D2 = 2 (D10 − D11)/(r0 + r1) and e = expm1(−h):
    x' = (σ'/σ) x − α' e m + α' (e/h + 1) D1 − α' ((e + h)/h² − ½) D2. So it integrates the parabola through three
    predictions m of x0 exactly. Widely copied code has half of this D2: solver.dpmpp_3m_compat.
    A row's first step, and steps to or from s = 0 or inf, are of order 1, the next that of solver.dpmpp_2m; so again
    after a turn of the levels. `lower_order_final`: of fewer than 15 steps the last is of order 1, at whatever level it
    ends, and the one before of order 2. Levels fall or rise and may differ by row and by place; rows may join in
    mid-run.
    Order 3; 1 model call a step. Deterministic. Errors: a sample of tokens.
    """
    return ExponentialAdams("dpmpp_3m", 3, rough="bh2", lower_order_final=lower_order_final)
