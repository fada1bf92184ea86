"""The grid of the quantiles of a beta distribution, in the level."""

from __future__ import annotations

import torch

from graphs import Estimate, Span, node
from nodes.contracts.levels import Levels
from nodes.levels.beta import Shape
from nodes.levels.karras import Sigma, Steps, check_ends
from nodes.levels.quantiles import beta_quantile
from nodes.levels.timed import to_data


@node(
    cost=lambda known: Estimate(steps=known.number("num_inference_steps"), first_open=Span.of(0), last_open=Span.of(1))
)
def beta_sigma(
    *,
    num_inference_steps: Steps = 20,
    sigma_min: Sigma = 0.03,
    sigma_max: Sigma = 14.6,
    alpha: Shape = 0.6,
    beta: Shape = 0.6,
) -> Levels:
    """Noise levels that are quantiles of Beta(α, β) between sigma_min and sigma_max, and then 0; [N + 1], float64.

    s_i = sigma_min + Q(1 − i/(N−1))·(sigma_max − sigma_min) for i < N = num_inference_steps, Q the quantile function:
    `use_beta_sigmas` of diffusers; its paper takes quantiles of the times, levels.beta (Lee et al. 2024,
    arXiv:2407.12173). Cost: none. Errors: sigma_min not below sigma_max.
    """
    check_ends(sigma_min, sigma_max)
    last = max(1, num_inference_steps - 1)
    parts = [beta_quantile(1 - number / last, alpha, beta) for number in range(num_inference_steps)]
    return to_data(sigma_min + torch.tensor(parts, dtype=torch.float64) * (sigma_max - sigma_min))
