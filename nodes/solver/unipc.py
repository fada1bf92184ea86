"""UniPC, a predictor and its corrector."""

from __future__ import annotations

from graphs import Estimate, abilities, node
from nodes.contracts.solver import Solver
from nodes.solver.exponential_adams import ExponentialAdams, Rough
from nodes.solver.unic import Order, Unic


@node(
    abilities=abilities(),
    cost=Estimate(calls=lambda steps: steps),
    also=("solver.uni_pc", "solver.uni_pc_bh2", "solver.unipc_multistep"),
)
def unipc(*, order: Order = 2, solver_type: Rough = "bh2", lower_order_final: bool = True) -> Solver:
    """UniPC (Zhao et al. 2023, arXiv:2302.04867, Algorithms 1 and 2), on x0: the multistep predictor UniP of `order`,
    and after each step but the last the corrector UniC of the same order, which asks nothing more (solver.unic).

    UniP: x' = (σ'/σ) x + α' ∫ e^(τ−λ') m(τ) dτ, m the polynomial through the last `order` predictions of x0. Where
    there is one difference only, here with two predictions and in the corrector of order 1, its integral is rounded off
    by B(h)/2: "bh1" B = h, "bh2" B = 1 − e^(−h); else they are the same. A row's first steps are of lower order, as are
    those to or from s = 0 or inf, and after a turn of the levels. `lower_order_final`: of fewer than 15 steps the last
    is of order 1, the one before of order 2 at the most (diffusers does so whatever their number).
    Order: `order` + 1; 1 model call a step. Deterministic. Errors: a sample of tokens.
    """
    predictor = ExponentialAdams("unipc", order, rough=solver_type, lower_order_final=lower_order_final)
    return Unic(predictor, "unipc/unic", order, solver_type, lower_order_final=lower_order_final)
