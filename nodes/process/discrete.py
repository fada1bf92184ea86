"""Variance preserving by a table."""

from __future__ import annotations

from typing import Annotated, Literal

import torch
from torch import Tensor

from graphs import Estimate, Number, NumberList, node
from nodes.contracts.process import Process
from nodes.processes.table import Discrete, cosine_table, linear_table, scaled_linear_table, zero_terminal

Schedule = Literal["linear", "scaled_linear", "squaredcos_cap_v2", "own"]
Beta = Annotated[float, Number(minimum=1e-8, maximum=0.999, scale="log")]


@node(cost=Estimate())
def discrete(
    *,
    beta_schedule: Schedule = "scaled_linear",
    num_train_timesteps: Annotated[int, Number(integer=True, minimum=2, maximum=100000)] = 1000,
    beta_start: Beta = 0.00085,
    beta_end: Beta = 0.012,
    alphas_cumprod: Annotated[tuple[float, ...], NumberList(item=Number(minimum=0, maximum=1))] = (),
    rescale_betas_zero_snr: bool = False,
    whole_times: bool = False,
) -> Process:
    """Variance preserving at the times 0 … N − 1 by a table of ᾱ = α² = Π (1 − β) (DDPM, arXiv:2006.11239).

    "linear": β evenly spaced (DDPM: beta_start 1e-4, beta_end 0.02). "scaled_linear": √β (Stable Diffusion, whose ends
    are the default). "squaredcos_cap_v2": by the cosine, which has no ends. "own": `alphas_cumprod`, falling.
    `rescale_betas_zero_snr` stretches √ᾱ so that the last is 0, pure noise (Lin et al. 2023, arXiv:2305.08891).
    Between two times log s is linear. With `whole_times` a level is taken to the nearest time of the table and stands
    for what it is there, never for a level between; a time with a fraction keeps the level between. Cost: none.
    Errors: an own table that does not fall from below 1.
    """
    table = table_of(beta_schedule, num_train_timesteps, beta_start, beta_end, alphas_cumprod)
    return Discrete(zero_terminal(table) if rescale_betas_zero_snr else table, whole=whole_times)


def table_of(schedule: Schedule, count: int, start: float, end: float, own: tuple[float, ...]) -> Tensor:
    """The ᾱ of a schedule, [count] float64."""
    match schedule:
        case "linear":
            return linear_table(count, start, end)
        case "scaled_linear":
            return scaled_linear_table(count, start, end)
        case "squaredcos_cap_v2":
            return cosine_table(count)
        case "own":
            return torch.tensor(own, dtype=torch.float64)
