"""Variance preserving by a cosine."""

from __future__ import annotations

from typing import Annotated

from graphs import Estimate, Number, node
from nodes.contracts.process import Process
from nodes.processes.cosine import Cosine


@node(cost=Estimate())
def vp_cosine(*, offset: Annotated[float, Number(minimum=0, maximum=0.5)] = 0.008) -> Process:
    """Variance preserving by a cosine, in continuous time (Nichol & Dhariwal 2021, arXiv:2102.09672).

    α = cos(½π (t + offset)/(1 + offset))/cos(½π offset/(1 + offset)), σ = √(1 − α²); t from 0.001 to 1, which is pure
    noise. The table of it, with no β above 0.999, is "squaredcos_cap_v2" of process.discrete. Cost: none.
    """
    return Cosine(offset)
