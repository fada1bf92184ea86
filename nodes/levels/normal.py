"""The grid from the last time to the first."""

from __future__ import annotations

from graphs import node
from nodes.contracts.levels import Levels
from nodes.contracts.process import Process
from nodes.levels.karras import Steps
from nodes.levels.timed import chosen, timed_cost, to_data
from nodes.levels.uniform_time import times
from nodes.processes.named import ProcessName


@node(cost=timed_cost)
def normal(
    own_process: Process | None = None,
    *,
    process: ProcessName = "ddpm_scaled_linear",
    num_inference_steps: Steps = 20,
) -> Levels:
    """The levels at times spaced evenly from the last to the first with noise, both in it, and then 0; [N + 1].

    t_i = T − i (T − f)/(N − 1) for i < N = num_inference_steps: "normal" of ComfyUI, "linspace" of levels.uniform_time
    (Lin et al. 2023, arXiv:2305.08891, Table 2). A wired process counts before the one by name. Cost: none.
    """
    made = chosen(own_process, process)
    return to_data(made.level(times(made, num_inference_steps, "linspace")))
