"""The grid of the quantiles of a beta distribution, in time."""

from __future__ import annotations

from typing import Annotated

import torch

from graphs import Estimate, Known, Number, Span, node
from nodes.contracts.levels import Levels
from nodes.contracts.process import Process
from nodes.levels.karras import Steps
from nodes.levels.quantiles import beta_quantile
from nodes.levels.timed import chosen, near_data, nearest_whole, timed_cost, to_data
from nodes.processes.named import ProcessName

Shape = Annotated[float, Number(minimum=0.05, maximum=50)]


def cost(known: Known) -> Estimate:
    """So many steps; fewer where two of them have one whole time."""
    found, whole = timed_cost(known), known.value("whole_times")
    least = found.steps if whole is False else Span(1, found.steps.high)
    return Estimate(steps=least, first_open=found.first_open, last_open=found.last_open)


@node(cost=cost)
def beta(
    own_process: Process | None = None,
    *,
    process: ProcessName = "ddpm_scaled_linear",
    num_inference_steps: Steps = 20,
    alpha: Shape = 0.6,
    beta: Shape = 0.6,
    whole_times: bool = False,
) -> Levels:
    """The levels at times that are quantiles of Beta(α, β), N of them and then 0; [N + 1] (arXiv:2407.12173).

    t_i = f + Q(1 − i/N)·(T − f) for i < N = num_inference_steps, Q the quantile function, T the last time and f the
    first with noise. α = β < 1: short steps at both ends. `whole_times` rounds to times of the table (of the thousand
    times of a process in continuous time) and leaves out doubles, as ComfyUI does. By levels instead of times, as
    diffusers has it: levels.beta_sigma. A wired process counts before the one by name. Cost: none.
    """
    made = chosen(own_process, process)
    parts = [beta_quantile(1 - number / num_inference_steps, alpha, beta) for number in range(num_inference_steps)]
    q = torch.tensor(parts, dtype=torch.float64)
    if whole_times:
        return to_data(made.level(nearest_whole(made, q)))
    near = near_data(made)
    return to_data(made.level(near + q * (made.last - near)))
