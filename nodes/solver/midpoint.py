"""The midpoint rule."""

from __future__ import annotations

from graphs import Estimate, Known, abilities, node
from nodes.contracts.solver import Solver
from nodes.solver.butcher import MIDPOINT
from nodes.solver.clocks import Variable
from nodes.solver.runge_kutta import RungeKutta, table_cost


def cost(known: Known) -> Estimate:
    """Two calls a step, one where it is Euler's."""
    return table_cost(MIDPOINT, known)


@node(abilities=abilities("memoryless"), cost=cost)
def midpoint(*, variable: Variable = "angle") -> Solver:
    """The midpoint rule, z' = z + Δu k(z + ½ Δu k) (Runge 1895; Hairer, Nørsett & Wanner 1993, section II.1).

    `variable` is u and k = dz/du: "sigma" is s and "log_snr" −ln s, both with z = x0 + s ε; "angle" is atan(s) with
    z = x; "flow" is t = s/(1 + s) with z = (1 − t) x0 + t ε. In s and −ln s, steps to or from s = 0 or
    inf are Euler's. In "flow" it is solver.rf_solver; solver.dpm_solver_2 has the middle of −ln s and the slope of s.
    Order 2; 2 model calls a step, 1 where it is Euler's. Deterministic. Errors: a sample of tokens.
    """
    return RungeKutta(MIDPOINT, variable)
