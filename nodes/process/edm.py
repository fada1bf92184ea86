"""The process whose time is its level."""

from __future__ import annotations

from graphs import Estimate, node
from nodes.contracts.process import Process
from nodes.levels.karras import Sigma, check_ends
from nodes.processes.exploding import Straight


@node(cost=Estimate())
def edm(*, sigma_min: Sigma = 0.002, sigma_max: Sigma = 80.0) -> Process:
    """α = 1, σ = t, t from sigma_min to sigma_max (EDM, Karras et al. 2022, arXiv:2206.00364).

    Even times are even steps in s; the paper's own grid is levels.karras. Cost: none.
    Errors: sigma_min not below sigma_max.
    """
    check_ends(sigma_min, sigma_max)
    return Straight(sigma_min, sigma_max)
