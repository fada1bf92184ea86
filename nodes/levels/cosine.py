"""The grid whose share of noise falls as a cosine."""

from __future__ import annotations

import torch

from graphs import Estimate, Span, node
from nodes.contracts.levels import Levels
from nodes.levels.karras import Steps


@node(
    cost=lambda known: Estimate(steps=known.number("num_inference_steps"), first_open=Span.of(1), last_open=Span.of(1))
)
def cosine(*, num_inference_steps: Steps = 20) -> Levels:
    """Noise levels at the times cos(½π i/N) of a flow, i = 0 … N, from pure noise to 0; [N + 1], float64.

    s_i = t/(1 − t), N = num_inference_steps. Of tokens t is the share that is masked, and this the schedule of MaskGIT:
    few at first, where little is known (Chang et al. 2022, arXiv:2202.04200). The times of a cosine process are
    levels.uniform_time with "vp_cosine". Cost: none.
    """
    part = torch.arange(num_inference_steps + 1, dtype=torch.float64) / num_inference_steps
    half = torch.pi / 4 * part
    t = torch.cos(2 * half)
    s = t / (2 * torch.sin(half).square())  # 1 − t, without cancellation near pure noise
    s[-1] = 0.0
    return Levels(s)
