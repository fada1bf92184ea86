"""Solver nodes that have no order to measure, and why; the table names them."""

from __future__ import annotations

from collections.abc import Mapping

from tests.nodes.solver.expected import Expected

SOLVERS: tuple[Expected, ...] = ()

UNMEASURED: Mapping[str, str] = {
    "search.fk_steering": "steers a population of rows over the solver that it is given",
    "solver.churn": "its noise depends on the number of steps; over Heun the weak order is 2 (test_weak_orders.py)",
    "solver.consistency": "for consistency models, whose answer is the end itself",
    "solver.ddbm": "of a bridge in its own point and time; Heun's part is of order 2 (test_ddbm.py)",
    "solver.dpm_solver_adaptive": "chooses its own steps; the error follows the tolerance (test_adaptive.py)",
    "solver.edict": "two coupled samples that are undone exactly, an inversion and no method of an order",
    "solver.ggf": "chooses its own steps; the error follows the tolerance (test_adaptive.py)",
    "solver.interpolant": "draws at each level over the solver that it is given; weak order 1 (test_interpolant.py)",
    "solver.langevin": "corrections of Langevin after another solver's step, which keep the law and not its order",
    "solver.one_step": "goes to the end in a single step",
    "solver.reflected": "keeps the steps of the solver that it is given within walls",
    "solver.replay": "repeats the noise of a recorded run over the solver that it is given",
    "solver.restart": "goes up and down again over another solver, whose order it has (test_weak_orders.py)",
    "solver.rk45": "chooses its own steps; the error follows the tolerance (test_adaptive.py)",
    "solver.stop_early": "stops the solver that it is given",
    "solver.unmask": "solves tokens",
}
