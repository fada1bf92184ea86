"""The grid of Karras et al."""

from __future__ import annotations

from typing import Annotated

import torch

from graphs import Estimate, InputError, Number, Span, also, node
from nodes.contracts.levels import Levels

Steps = Annotated[int, Number(integer=True, minimum=1, maximum=10000, work=True), also("steps", "num_steps")]
Sigma = Annotated[float, Number(minimum=1e-6, maximum=1e6, scale="log")]


@node(
    cost=lambda known: Estimate(steps=known.number("num_inference_steps"), first_open=Span.of(0), last_open=Span.of(1))
)
def karras(
    *,
    num_inference_steps: Steps = 18,
    sigma_min: Sigma = 0.002,
    sigma_max: Sigma = 80.0,
    rho: Annotated[float, Number(minimum=0.1, maximum=100)] = 7.0,
) -> Levels:
    """Noise levels spaced evenly in s^(1/ρ) (Karras et al. 2022, arXiv:2206.00364, equation 5).

    s_i = (sigma_max^(1/ρ) + i/(N−1) · (sigma_min^(1/ρ) − sigma_max^(1/ρ)))^ρ for i < N = num_inference_steps, then 0;
    [N + 1], float64. ρ = 7 shortens the steps near sigma_min, ρ = 1 makes them equal. Cost: none.
    Errors: sigma_min not below sigma_max.
    """
    check_ends(sigma_min, sigma_max)
    ends = torch.tensor([sigma_max, sigma_min], dtype=torch.float64) ** (1 / rho)
    ramp = torch.arange(num_inference_steps, dtype=torch.float64) / max(1, num_inference_steps - 1)
    s = (ends[0] + ramp * (ends[1] - ends[0])) ** rho
    return Levels(torch.cat([s, s.new_zeros(1)]))


def check_ends(sigma_min: float, sigma_max: float) -> None:
    """Raise `InputError` where the ends of a grid are the wrong way round."""
    if sigma_min >= sigma_max:
        raise InputError(
            "sigma_min is not below sigma_max",
            given=f"sigma_min {sigma_min:g}, sigma_max {sigma_max:g}",
            mend="lower sigma_min or raise sigma_max",
        )
