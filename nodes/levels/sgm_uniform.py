"""The grid from the last time to the first, without the first."""

from __future__ import annotations

import torch

from graphs import node
from nodes.contracts.levels import Levels
from nodes.contracts.process import Process
from nodes.levels.karras import Steps
from nodes.levels.timed import chosen, near_data, timed_cost, to_data
from nodes.processes.named import ProcessName


@node(cost=timed_cost)
def sgm_uniform(
    own_process: Process | None = None,
    *,
    process: ProcessName = "ddpm_scaled_linear",
    num_inference_steps: Steps = 20,
) -> Levels:
    """The levels at times spaced evenly from the last one on, the step into the first replaced by one to 0; [N + 1].

    t_i = T − i (T − f)/N for i < N = num_inference_steps, T the last time and f the first with noise, as ComfyUI has
    it; "trailing" (Lin et al. 2023, arXiv:2305.08891) but for the one time between f and the data. A wired process
    counts before the one by name. Cost: none.
    """
    made = chosen(own_process, process)
    number = torch.arange(num_inference_steps, dtype=torch.float64)
    return to_data(made.level(made.last - number * (made.last - near_data(made)) / num_inference_steps))
