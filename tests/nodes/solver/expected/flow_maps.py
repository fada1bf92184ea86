"""Solvers of flow maps; of an ordinary model they are Euler's."""

from __future__ import annotations

from nodes.solver.ctm import ctm
from nodes.solver.mean_flow import mean_flow
from tests.nodes.solver.expected import Expected

SOLVERS = (
    Expected(
        "solver.ctm", lambda: ctm(gamma=0.0), 1, "1", "arXiv:2310.02279", settings="gamma=0", note="exact of a map"
    ),
    Expected("solver.mean_flow", mean_flow, 1, "1", "arXiv:2505.13447", note="exact of a map"),
)
