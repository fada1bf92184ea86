"""Solver nodes that have no order to measure, and why; the table names them."""

from __future__ import annotations

from collections.abc import Mapping

from tests.nodes.solver.expected import Expected

SOLVERS: tuple[Expected, ...] = ()

UNMEASURED: Mapping[str, str] = {
    "search.edlm": "draws tokens anew over the solver that it is given (test_tokens.py)",
    "search.fk_steering": "steers a population of rows over the solver that it is given",
    "search.scaffold": "keeps tokens over the solver that it is given (test_tokens.py)",
    "search.svdd": "chooses among what the solver that it is given draws (test_svdd.py)",
    "solver.afdps": "weighs particles by a measurement; exact as they become many (test_ensemble.py)",
    "solver.churn": "its noise depends on the number of steps; over Heun the weak order is 2 (test_weak_orders.py)",
    "solver.consistency": "exact of a consistency model in any number of steps; of another the law stays too narrow",
    "solver.cyclic_one_way": "tells the solver that it is given what is known, in cycles (test_cyclic_one_way.py)",
    "solver.daps": "draws x0 anew at each level; exact of a normal law at any number of steps (test_restoring.py)",
    "solver.ddbm": "of a bridge in its own point and time; Heun's part is of order 2 (test_ddbm.py)",
    "solver.ddnm_plus": "made for a measurement: it samples another law (test_restoring.py)",
    "solver.ddrm": "made for a measurement: it samples another law, which depends on the steps (test_restoring.py)",
    "solver.dpm_solver_adaptive": "chooses its own steps; the error follows the tolerance (test_adaptive.py)",
    "solver.ggf": "chooses its own steps; the law follows the tolerance (test_ggf.py)",
    "solver.ilvr": "puts what was measured into the steps of the solver that it is given (test_restoring.py)",
    "solver.inpaint": "puts what is known into the steps of the solver that it is given (test_inpaint.py)",
    "solver.interpolant": "draws at each level over the solver that it is given; weak order 1 (test_interpolant.py)",
    "solver.one_step": "goes to the end in a single step, whatever the levels: exact of a map (test_flow_maps.py)",
    "solver.reflected": "keeps the steps of the solver that it is given within walls",
    "solver.repaint": "does each step of the solver that it is given several times (test_restoring.py)",
    "solver.replay": "repeats what another solver drew, bitwise (test_trajectory.py), so its order is that solver's",
    "solver.restart": "goes up and down again over another solver, whose order it has (test_weak_orders.py)",
    "solver.rk45": "chooses its own steps; the error follows the tolerance (test_adaptive.py)",
    "solver.stop_early": "stops the solver that it is given where x0 rests: the error is that of its tolerance",
    "solver.tds": "weighs particles by a measurement; exact as they become many (test_ensemble.py)",
    "solver.time_travel": "does each step of the solver that it is given several times (test_time_travel.py)",
    "solver.unmask": "solves tokens; many small steps draw from the law (test_unmask.py)",
    "solver.w2sd": "goes up by a weak model and down again over the solver that it is given (test_w2sd.py)",
}
