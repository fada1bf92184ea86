"""The classical Runge–Kutta method."""

from __future__ import annotations

from graphs import Estimate, Known, abilities, node
from nodes.contracts.solver import Solver
from nodes.solver.butcher import RK4
from nodes.solver.clocks import Variable
from nodes.solver.runge_kutta import RungeKutta, table_cost


def cost(known: Known) -> Estimate:
    """Four calls a step, one where it is Euler's."""
    return table_cost(RK4, known)


@node(abilities=abilities("memoryless"), cost=cost)
def rk4(*, variable: Variable = "angle") -> Solver:
    """The classical Runge–Kutta method (Kutta 1901): z' = z + Δu (k_1 + 2 k_2 + 2 k_3 + k_4)/6, at 0, ½, ½ and 1.

    `variable` is u and k = dz/du: "sigma" is s and "log_snr" −ln s, both with z = x0 + s ε; "angle" is atan(s) with
    z = x; "flow" is t = s/(1 + s) with z = (1 − t) x0 + t ε. In s and −ln s, steps to or from s = 0 or
    inf are Euler's; in the others only those to s = 0.
    Order 4; 4 model calls a step, 1 where it is Euler's. Deterministic. Errors: a sample of tokens.
    """
    return RungeKutta(RK4, variable)
