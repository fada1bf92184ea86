"""The linear multistep method in the noise level."""

from __future__ import annotations

from graphs import Estimate, abilities, node
from nodes.contracts.solver import Solver
from nodes.solver.deis import Deis
from nodes.solver.unic import Order


@node(abilities=abilities(), cost=Estimate(calls=lambda steps: steps), also=("solver.k_lms", "solver.ipndm_v"))
def lms(*, order: Order = 4) -> Solver:
    """LMS, as k-diffusion has it: Adams–Bashforth in s for steps that differ.

    With y = x0 + s·ε: y' = y + ∫ p(s) ds from s to s', p the polynomial in s through the last `order` answers ε. It is
    the ρAB of DEIS (Zhang & Chen 2023, arXiv:2204.13902, section 3), and what is known as iPNDM with variable steps. A
    row's first steps are of lower order, and so are those after a turn of the levels and from s = 0 or inf; the step to
    s = 0 is not. Order: `order`; 1 model call a step. Deterministic. Errors: a sample of tokens.
    """
    return Deis("lms", order, "rho")
