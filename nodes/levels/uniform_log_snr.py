"""The grid that is uniform in the log of the signal-to-noise ratio."""

from __future__ import annotations

from typing import Literal

import torch

from graphs import Estimate, Known, Span, node
from nodes.contracts.levels import Levels
from nodes.levels.karras import Sigma, Steps, check_ends


def cost(known: Known) -> Estimate:
    """So many steps, which end at 0 or not."""
    final = known.value("final_sigmas_type")
    last = Span(0, 1) if final is None else Span.of(final == "zero")
    return Estimate(steps=known.number("num_inference_steps"), first_open=Span.of(0), last_open=last)


@node(cost=cost, also=("levels.exponential",))
def uniform_log_snr(
    *,
    num_inference_steps: Steps = 20,
    sigma_min: Sigma = 0.01,
    sigma_max: Sigma = 80.0,
    final_sigmas_type: Literal["zero", "sigma_min"] = "zero",
) -> Levels:
    """Noise levels spaced evenly in log s, and so in λ = log(α/σ) = −ln s ("exponential"; arXiv:2206.00927).

    "zero": s_i = sigma_max · (sigma_min/sigma_max)^(i/(N−1)) for i < N = num_inference_steps, then 0. "sigma_min": the
    N steps end at sigma_min, s_i = sigma_max · (sigma_min/sigma_max)^(i/N) for i ≤ N. [N + 1], float64. Cost: none.
    Errors: sigma_min not below sigma_max.
    """
    check_ends(sigma_min, sigma_max)
    ends = torch.tensor([sigma_max, sigma_min], dtype=torch.float64).log()
    intervals = num_inference_steps if final_sigmas_type == "sigma_min" else num_inference_steps - 1
    ramp = torch.arange(intervals + 1, dtype=torch.float64) / max(1, intervals)
    s = torch.exp(ends[0] + ramp * (ends[1] - ends[0]))
    return Levels(s if final_sigmas_type == "sigma_min" else torch.cat([s, s.new_zeros(1)]))
