"""The grid that is a power in the log of the level."""

from __future__ import annotations

import math
from typing import Annotated

import torch

from graphs import Estimate, Number, Span, node
from nodes.contracts.levels import Levels
from nodes.levels.karras import Sigma, Steps, check_ends
from nodes.levels.timed import to_data


@node(
    cost=lambda known: Estimate(steps=known.number("num_inference_steps"), first_open=Span.of(0), last_open=Span.of(1))
)
def polyexponential(
    *,
    num_inference_steps: Steps = 20,
    sigma_min: Sigma = 0.01,
    sigma_max: Sigma = 80.0,
    rho: Annotated[float, Number(minimum=0.1, maximum=100)] = 1.0,
) -> Levels:
    """Noise levels whose logs fall as a power, from sigma_max to sigma_min, and then 0; [N + 1], float64.

    ln s_i = ln sigma_min + (1 − i/(N−1))^ρ · (ln sigma_max − ln sigma_min) for i < N = num_inference_steps: uniform in
    the log for ρ = 1, with shorter steps near the data for more (Crowson 2022, k-diffusion). Cost: none.
    Errors: sigma_min not below sigma_max.
    """
    check_ends(sigma_min, sigma_max)
    ramp = 1 - torch.arange(num_inference_steps, dtype=torch.float64) / max(1, num_inference_steps - 1)
    low, high = math.log(sigma_min), math.log(sigma_max)
    return to_data(torch.exp(low + ramp**rho * (high - low)))
