"""Variance preserving by a sigmoid."""

from __future__ import annotations

from typing import Annotated

from graphs import Estimate, InputError, Number, node
from nodes.contracts.process import Process
from nodes.processes.sigmoid import Sigmoid

End = Annotated[float, Number(minimum=-20, maximum=20)]
Tau = Annotated[float, Number(minimum=0.1, maximum=10)]


@node(cost=Estimate())
def vp_sigmoid(*, start: End = -3.0, end: End = 3.0, tau: Tau = 1.0) -> Process:
    """Variance preserving by a sigmoid (Chen 2023, arXiv:2301.10972, algorithm 1).

    α² = (v(end) − v(u))/(v(end) − v(start)), u = start + t (end − start), v(u) = 1/(1 + e^(−u/τ)); t from 0.001 to just
    before 1, where α² is 1e-9. Smaller τ: more of the time at little and at much noise. Cost: none.
    Errors: start not below end.
    """
    check_order(start, end)
    return Sigmoid(start, end, tau)


def check_order(start: float, end: float) -> None:
    """Raise `InputError` where a curve has no length."""
    if start >= end:
        raise InputError("start is not below end", given=f"start {start:g}, end {end:g}", mend="lower start")
