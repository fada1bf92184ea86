"""The grid of squared times."""

from __future__ import annotations

import torch

from graphs import node
from nodes.contracts.levels import Levels
from nodes.contracts.process import Process
from nodes.levels.karras import Steps
from nodes.levels.timed import chosen, near_data, timed_cost, to_data
from nodes.processes.named import ProcessName


@node(cost=timed_cost, also=("levels.quadratic",))
def quadratic_time(
    own_process: Process | None = None,
    *,
    process: ProcessName = "ddpm_linear",
    num_inference_steps: Steps = 20,
) -> Levels:
    """The levels at times whose roots are spaced evenly, N of them and then 0; [N + 1] (DDIM, arXiv:2010.02502, D.3).

    t_i = c + (√(T − c) + i/(N − 1) · (√(f − c) − √(T − c)))² for i < N = num_inference_steps, T the last time, f the
    first with noise and c that of the data: short steps near the data. A wired process counts before the one by name.
    Cost: none.
    """
    made = chosen(own_process, process)
    data = -1.0 if made.numbered else 0.0
    far, near = (made.last - data) ** 0.5, (near_data(made) - data) ** 0.5
    ramp = torch.arange(num_inference_steps, dtype=torch.float64) / max(1, num_inference_steps - 1)
    return to_data(made.level(data + (far + ramp * (near - far)).square()))
