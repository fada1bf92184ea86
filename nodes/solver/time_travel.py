"""Time travel: every step is taken several times, with fresh noise between."""

from __future__ import annotations

import math
from typing import Annotated

from graphs import Estimate, Known, Number, Span, abilities, also, node
from nodes.contracts.solver import Solver
from nodes.guidance.intervals import Interval
from nodes.solver.repaint import Resampled, repeated_cost
from nodes.solver.stochastic import deterministic


def cost(known: Known) -> Estimate:
    """The inner solver's, and at the most once more for each time that a step is repeated."""
    return repeated_cost(known.input("solver"), known.number("recurrences") + Span.of(1))


@node(abilities=abilities(like="solver", without=("reversible",), depending={"stochastic": "recurrences"}), cost=cost)
def time_travel(
    solver: Solver,
    *,
    recurrences: Annotated[int, Number(integer=True, minimum=0, maximum=1000), also("N_recur", "travel_repeat")] = 1,
    sigma_min: Annotated[float, Number(minimum=0, maximum=1e6)] = 0.0,
    sigma_max: Annotated[float, Number(minimum=0, maximum=1e6, infinite=True)] = math.inf,
) -> Solver:
    """Time travel, or per-step recurrence: up again and down again, so that a step's guidance can settle.

    So many times as `recurrences`: the solver's step from s to s', then fresh noise back, y + √(s² − s'²) z with
    y = x0 + s ε; and at last the step itself. For guidance by rewards (universal guidance: Bansal et al. 2023,
    arXiv:2302.07121; FreeDoM: Yu et al. 2023, arXiv:2303.09833), after RePaint (Lugmayr et al. 2022, arXiv:2201.09865).
    Only steps from levels s with sigma_min < s ≤ sigma_max are repeated, none from s = inf and none upward. Each time
    the solver begins without a past, so a multistep solver takes steps of order 1 there: solver.heun keeps its 2.
    solver.repaint is the same around any solver; solver.restart goes up over many levels instead. With 0 it is
    the solver, bitwise. Given the noise a step has nothing more to draw, so the law of a step is a point.
    Cost: the solver's calls, and as many again for each recurrence.
    Errors: a solver that draws itself, couples two points, or is of tokens.
    """
    if recurrences == 0:
        return solver
    deterministic(solver)
    return Resampled(solver, recurrences + 1, Interval(sigma_min, sigma_max), ends=True)
