"""Solver nodes that have no order to measure, and why; the table names them."""

from __future__ import annotations

from collections.abc import Mapping

from tests.nodes.solver.expected import Expected

SOLVERS: tuple[Expected, ...] = ()

UNMEASURED: Mapping[str, str] = {
    "search.fk_steering": "steers a population of rows over the solver that it is given",
    "solver.churn": "its noise depends on the number of steps; over Heun the weak order is 2 (test_weak_orders.py)",
    "solver.consistency": "exact of a consistency model in any number of steps; of another the law stays too narrow",
    "solver.ddbm": "of a bridge in its own point and time; Heun's part is of order 2 (test_ddbm.py)",
    "solver.dpm_solver_adaptive": "chooses its own steps; the error follows the tolerance (test_adaptive.py)",
    "solver.ggf": "chooses its own steps; the law follows the tolerance (test_ggf.py)",
    "solver.inpaint": "puts what is known into the steps of the solver that it is given (test_inpaint.py)",
    "solver.interpolant": "draws at each level over the solver that it is given; weak order 1 (test_interpolant.py)",
    "solver.one_step": "goes to the end in a single step, whatever the levels: exact of a map (test_flow_maps.py)",
    "solver.reflected": "keeps the steps of the solver that it is given within walls",
    "solver.replay": "repeats what another solver drew, bitwise (test_trajectory.py), so its order is that solver's",
    "solver.restart": "goes up and down again over another solver, whose order it has (test_weak_orders.py)",
    "solver.rk45": "chooses its own steps; the error follows the tolerance (test_adaptive.py)",
    "solver.stop_early": "stops the solver that it is given where x0 rests: the error is that of its tolerance",
    "solver.unmask": "solves tokens; many small steps draw from the law (test_unmask.py)",
}
