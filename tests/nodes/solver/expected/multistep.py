"""Deterministic multistep solvers."""

from __future__ import annotations

from nodes.solver.dpmpp_3m import dpmpp_3m
from nodes.solver.dpmpp_3m_compat import dpmpp_3m_compat
from tests.nodes.solver.expected import Expected

SOLVERS = (
    Expected("solver.dpmpp_3m", dpmpp_3m, 3, "1", "arXiv:2211.01095", steps=(80, 160, 320)),
    Expected(
        "solver.dpmpp_3m_compat",
        dpmpp_3m_compat,
        2,
        "1",
        "arXiv:2211.01095, its code",
        steps=(80, 160, 320),
        paper_order=3,
        note="half of the second difference",
    ),
)
