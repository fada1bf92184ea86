"""Solvers that the others are measured by."""

from __future__ import annotations

from nodes.solver.ancestral import ancestral
from nodes.solver.ddim import ddim
from nodes.solver.dpmpp_2m import dpmpp_2m
from nodes.solver.dpmpp_2m_sde import dpmpp_2m_sde
from nodes.solver.euler import euler
from nodes.solver.heun import heun
from tests.nodes.solver.expected import Expected

SOLVERS = (
    Expected("solver.euler", euler, 1, "1", "arXiv:2010.02502"),
    Expected("solver.ddim", lambda: ddim(eta=0.0), 1, "1", "arXiv:2010.02502", settings="eta=0"),
    Expected("solver.heun", heun, 2, "2, the last 1", "arXiv:2206.00364", grid="karras"),
    Expected("solver.dpmpp_2m", dpmpp_2m, 2, "1", "arXiv:2211.01095"),
    Expected("solver.ancestral", ancestral, 1, "1", "arXiv:2011.13456", stochastic=True),
    Expected("solver.dpmpp_2m_sde", dpmpp_2m_sde, 2, "1", "arXiv:2211.01095", stochastic=True),
)
