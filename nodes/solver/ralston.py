"""Ralston's method."""

from __future__ import annotations

from graphs import Estimate, Known, abilities, node
from nodes.contracts.solver import Solver
from nodes.solver.butcher import RALSTON
from nodes.solver.clocks import Variable
from nodes.solver.runge_kutta import RungeKutta, table_cost


def cost(known: Known) -> Estimate:
    """Two calls a step, one where it is Euler's."""
    return table_cost(RALSTON, known)


@node(abilities=abilities("memoryless"), cost=cost)
def ralston(*, variable: Variable = "angle") -> Solver:
    """Ralston's second-order method (Ralston 1962): z' = z + Δu (¼ k_1 + ¾ k_2), k_2 at two thirds of the step.

    `variable` is u and k = dz/du: "sigma" is s and "log_snr" −ln s, both with z = x0 + s ε; "angle" is atan(s) with
    z = x; "flow" is t = s/(1 + s) with z = (1 − t) x0 + t ε. In s and −ln s, steps to or from s = 0 or
    inf are Euler's. Of the two-stage methods it has the smallest bound on the error.
    Order 2; 2 model calls a step, 1 where it is Euler's. Deterministic. Errors: a sample of tokens.
    """
    return RungeKutta(RALSTON, variable)
