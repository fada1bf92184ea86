"""Variance preserving by a part of a cosine."""

from __future__ import annotations

from graphs import Estimate, Fraction, node
from nodes.contracts.process import Process
from nodes.process.vp_sigmoid import Tau, check_order
from nodes.processes.scaled_cosine import ScaledCosine


@node(cost=Estimate())
def vp_scaled_cosine(*, start: Fraction = 0.2, end: Fraction = 1.0, tau: Tau = 1.0) -> Process:
    """Variance preserving by a part of a cosine, to a power (Chen 2023, arXiv:2301.10972, algorithm 1).

    α² = (v(u) − v(end))/(v(start) − v(end)), u = start + t (end − start), v(u) = cos(½π u)^(2τ); t from 0.001 to just
    before 1, where α² is 1e-9. Larger τ: more noise at the same time. Cost: none. Errors: start not below end.
    """
    check_order(start, end)
    return ScaledCosine(start, end, tau)
