"""The grid of few-step students of a table."""

from __future__ import annotations

import torch

from graphs import node
from nodes.contracts.levels import Levels
from nodes.contracts.process import Process
from nodes.levels.karras import Steps
from nodes.levels.simple import check_enough
from nodes.levels.timed import chosen, timed_cost, to_data, whole_times
from nodes.processes.named import ProcessName


@node(cost=timed_cost)
def turbo(
    own_process: Process | None = None,
    *,
    process: ProcessName = "ddpm_scaled_linear",
    num_inference_steps: Steps = 4,
) -> Levels:
    """The levels at the whole times nearest to M k/N − 1, k = N … 1, and then 0; [N + 1] (arXiv:2311.17042).

    Of M = 1000 times and N = num_inference_steps = 4: 999, 749, 499, 249, the times that SD Turbo
    and SDXL Turbo were trained at. For the first n of ten such times take 10 steps and levels.split. A process in
    continuous time has the times T·k/1000. A wired process counts before the one by name. Cost: none.
    Errors: more steps than there are times.
    """
    made = chosen(own_process, process)
    whole = whole_times(made)
    check_enough(num_inference_steps, len(whole))
    step = len(whole) / num_inference_steps
    number = torch.arange(num_inference_steps, 0, -1, dtype=torch.float64) * step - 1
    return to_data(made.level(whole[number.round().long().clamp(0, len(whole) - 1)]))
