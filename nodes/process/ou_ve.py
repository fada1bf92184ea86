"""Ornstein–Uhlenbeck with exploding variance."""

from __future__ import annotations

from typing import Annotated

from graphs import Estimate, Number, also, node
from nodes.contracts.process import Process
from nodes.levels.karras import Sigma, check_ends
from nodes.processes.reverting import OrnsteinExploding


@node(cost=Estimate())
def ou_ve(
    *,
    stiffness: Annotated[float, Number(minimum=1e-3, maximum=100), also("theta", "gamma")] = 1.5,
    sigma_min: Sigma = 0.05,
    sigma_max: Sigma = 0.5,
) -> Process:
    """Ornstein–Uhlenbeck with exploding variance: dx = θ (μ − x) dt + g dW (Welker et al. 2022, arXiv:2203.17004).

    g = σ_min r^t √(2 ln r), r = sigma_max/sigma_min, and θ the `stiffness`. x_t = α x0 + (1 − α) μ + σ ε with
    α = exp(−θ t), σ² = σ_min² (r^(2t) − exp(−2 θ t)) ln r/(θ + ln r), t from 0.03 to 1; data at 0. So z = x − μ, μ the
    noisy recording, is α z0 + σ ε: this process, to which model.around takes a model. The defaults are the authors'
    for speech. Cost: none. Errors: sigma_min not below sigma_max.
    """
    check_ends(sigma_min, sigma_max)
    return OrnsteinExploding(stiffness, sigma_min, sigma_max)
