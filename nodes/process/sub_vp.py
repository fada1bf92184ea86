"""Less noise than variance preserving."""

from __future__ import annotations

from graphs import Estimate, node
from nodes.contracts.process import Process
from nodes.process.vp_linear import Beta
from nodes.processes.sub_preserving import SubPreserving


@node(cost=Estimate())
def sub_vp(*, beta_min: Beta = 0.1, beta_max: Beta = 20.0) -> Process:
    """The sub-VP process: α as of process.vp_linear, σ = 1 − α² (Song et al. 2021, arXiv:2011.13456).

    At every time it has at most the variance of the variance-preserving one; t from 0.001 to 1. Cost: none.
    """
    return SubPreserving(beta_min, beta_max)
