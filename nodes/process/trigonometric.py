"""The process along a circle."""

from __future__ import annotations

from typing import Annotated

from graphs import Estimate, Number, node
from nodes.contracts.process import Process
from nodes.processes.trigonometric import Trigonometric


@node(cost=Estimate(), also=("process.trigflow",))
def trigonometric(*, sigma_data: Annotated[float, Number(minimum=1e-3, maximum=1e3, scale="log")] = 0.5) -> Process:
    """α = cos t, σ = sigma_data·sin t, t from 0 to π/2 (TrigFlow, Lu & Song 2024, arXiv:2410.11081).

    s = sigma_data·tan t, from data to pure noise. Cost: none.
    """
    return Trigonometric(sigma_data)
