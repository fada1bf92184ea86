"""The grid of least divergence for a Gaussian."""

from __future__ import annotations

import torch

from graphs import Estimate, Span, node
from nodes.contracts.levels import Levels
from nodes.levels.karras import Sigma, Steps, check_ends
from nodes.levels.timed import to_data


@node(
    cost=lambda known: Estimate(steps=known.number("num_inference_steps"), first_open=Span.of(0), last_open=Span.of(1))
)
def kl_optimal(*, num_inference_steps: Steps = 20, sigma_min: Sigma = 0.01, sigma_max: Sigma = 80.0) -> Levels:
    """Noise levels spaced evenly in the angle atan s, and then 0; [N + 1], float64 (Sabour et al., arXiv:2404.14507).

    s_i = tan((1 − i/(N−1)) atan(sigma_max) + i/(N−1) atan(sigma_min)) for i < N = num_inference_steps: for data of
    variance 1 the steps of least divergence (theorem 3.1). Cost: none. Errors: sigma_min not below sigma_max.
    """
    check_ends(sigma_min, sigma_max)
    angles = torch.atan(torch.tensor([sigma_max, sigma_min], dtype=torch.float64))
    ramp = torch.arange(num_inference_steps, dtype=torch.float64) / max(1, num_inference_steps - 1)
    return to_data(torch.tan((1 - ramp) * angles[0] + ramp * angles[1]))
