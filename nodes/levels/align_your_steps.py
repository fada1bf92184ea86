"""Grids that were optimised for a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

import torch

from graphs import Estimate, Span, node
from nodes.contracts.levels import Levels
from nodes.levels.karras import Steps
from nodes.levels.timed import to_data

Network: TypeAlias = Literal["sd15", "sdxl", "deepfloyd", "svd"]

PUBLISHED: Mapping[Network, tuple[float, ...]] = {
    "sd15": (14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029),
    "sdxl": (14.615, 6.315, 3.771, 2.181, 1.342, 0.862, 0.555, 0.380, 0.234, 0.113, 0.029),
    "deepfloyd": (160.41, 8.081, 3.315, 1.885, 1.207, 0.785, 0.553, 0.293, 0.186, 0.030, 0.006),
    "svd": (700.00, 54.5, 15.886, 7.977, 4.248, 1.789, 0.981, 0.403, 0.173, 0.034, 0.002),
}
"""Table 3 of the paper: the levels of ten steps; the last is the end of the network, and 0 takes its place."""


@node(
    cost=lambda known: Estimate(steps=known.number("num_inference_steps"), first_open=Span.of(0), last_open=Span.of(1)),
    also=("levels.ays",),
)
def align_your_steps(*, network: Network = "sdxl", num_inference_steps: Steps = 10) -> Levels:
    """Ten levels that were optimised for a network, or N by them; then 0, [N + 1] (Sabour et al., arXiv:2404.14507).

    "sd15", "sdxl": Stable Diffusion 1.5 and XL; "deepfloyd": the first stage of DeepFloyd-IF; "svd": Stable Video
    Diffusion. The lists are those of Table 3. For N = num_inference_steps ≠ 10 log s is
    interpolated linearly over the number of the step, and then the last level is 0. For other networks the lists are
    only a guess; levels.kl_optimal is their closed form for a Gaussian. Cost: none.
    """
    logs = torch.tensor(PUBLISHED[network], dtype=torch.float64).log()
    place = torch.arange(num_inference_steps, dtype=torch.float64) * (len(logs) - 1) / num_inference_steps
    before = place.floor().long()
    return to_data(torch.exp(torch.lerp(logs[before], logs[before + 1], place - before)))
