"""The straight lines of flow matching, with a clock."""

from __future__ import annotations

from typing import Annotated

from graphs import Estimate, Number, also, node
from nodes.contracts.process import Process
from nodes.processes.flow import Flow

Shift = Annotated[float, Number(minimum=0.01, maximum=100, scale="log"), also("flow_shift", "time_shift")]


@node(cost=Estimate())
def flow(*, shift: Shift = 1.0) -> Process:
    """α = 1 − τ, σ = τ, τ = shift·t/(1 + (shift − 1) t), t from 0 to 1 (flow matching, arXiv:2210.02747).

    s = shift·t/(1 − t): a shift above 1 stays longer at much noise, as large pictures need it (Esser et al. 2024,
    arXiv:2403.03206, equation 23; 3 for SD3). By resolution: process.flow_by_resolution. Cost: none.
    """
    return Flow(shift)
