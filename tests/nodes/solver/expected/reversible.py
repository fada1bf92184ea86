"""Solvers that can be undone."""

from __future__ import annotations

from nodes.solver.bdia import bdia
from nodes.solver.o_belm import o_belm
from tests.nodes.solver.expected import Expected

SOLVERS = (
    Expected("solver.o_belm", o_belm, 2, "1", "arXiv:2410.07273", reversible=True),
    Expected("solver.bdia", bdia, 2, "1", "arXiv:2307.10829", reversible=True),
    Expected("solver.bdia", lambda: bdia(gamma=0.5), 1, "1", "arXiv:2307.10829", settings="gamma=0.5", reversible=True),
)
