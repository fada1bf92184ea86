"""Variance exploding."""

from __future__ import annotations

from graphs import Estimate, node
from nodes.contracts.process import Process
from nodes.levels.karras import Sigma, check_ends
from nodes.processes.exploding import Geometric


@node(cost=Estimate())
def ve(*, sigma_min: Sigma = 0.01, sigma_max: Sigma = 50.0) -> Process:
    """Variance exploding: α = 1, σ = sigma_min (sigma_max/sigma_min)^t, t from 0 to 1 (Song et al., arXiv:2011.13456).

    Even times are even steps in log s. Cost: none. Errors: sigma_min not below sigma_max.
    """
    check_ends(sigma_min, sigma_max)
    return Geometric(sigma_min, sigma_max)
