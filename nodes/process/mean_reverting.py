"""Mean-reverting."""

from __future__ import annotations

from typing import Annotated

from graphs import Estimate, Number, also, node
from nodes.contracts.process import Process
from nodes.processes.reverting import MeanReverting, Pull


@node(cost=Estimate())
def mean_reverting(
    *,
    sigma_inf: Annotated[float, Number(minimum=1e-4, maximum=1e4, scale="log"), also("max_sigma", "sigma_infinity")] = (
        50 / 255
    ),
    timesteps: Annotated[int, Number(integer=True, minimum=2, maximum=100_000), also("T")] = 100,
    schedule: Pull = "cosine",
    delta: Annotated[float, Number(minimum=1e-9, maximum=0.5, scale="log"), also("eps")] = 0.005,
) -> Process:
    """Mean-reverting: dx = f (μ − x) dt + g dW with g² = 2 σ∞² f (IR-SDE, Luo et al. 2023, arXiv:2301.11699).

    x_t = α x0 + (1 − α) μ + σ ε with α = exp(−∫f) and σ = σ∞ √(1 − α²), σ∞ = `sigma_inf` for data from 0 to 1. So
    z = x − μ is α z0 + σ ε, a plain process: this one. model.around takes a model to z, and any solver of z is one of
    the mean-reverting SDE (MR Sampler, Li et al. 2025, arXiv:2502.07856). f grows over the times 1 … `timesteps` as
    1 − cosine² does, linearly, or not; its sum makes α = `delta` at the end. Data are at time 0. Cost: none.
    """
    return MeanReverting(sigma_inf, timesteps, schedule, delta)
