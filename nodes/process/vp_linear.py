"""Variance preserving, linear."""

from __future__ import annotations

from typing import Annotated

from graphs import Estimate, Number, node
from nodes.contracts.process import Process
from nodes.processes.linear import Linear

Beta = Annotated[float, Number(minimum=1e-6, maximum=1000, scale="log")]


@node(cost=Estimate())
def vp_linear(*, beta_min: Beta = 0.1, beta_max: Beta = 20.0) -> Process:
    """Variance preserving with a noise rate that grows linearly (Song et al. 2021, arXiv:2011.13456, appendix C).

    log α = −¼ t² (beta_max − beta_min) − ½ t beta_min, σ = √(1 − α²); t from 0.001 to 1, where s is about 152.
    Cost: none.
    """
    return Linear(beta_min, beta_max)
