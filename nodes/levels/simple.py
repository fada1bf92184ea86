"""The grid of every so-manieth time of a table."""

from __future__ import annotations

import torch

from graphs import InputError, node
from nodes.contracts.levels import Levels
from nodes.contracts.process import Process
from nodes.levels.karras import Steps
from nodes.levels.timed import chosen, timed_cost, to_data, whole_times
from nodes.processes.named import ProcessName


@node(cost=timed_cost)
def simple(
    own_process: Process | None = None,
    *,
    process: ProcessName = "ddpm_scaled_linear",
    num_inference_steps: Steps = 20,
) -> Levels:
    """The levels at whole times, counted from the last: number M − 1 − ⌊i M/N⌋ of M for i < N, and then 0; [N + 1].

    "simple" of ComfyUI; "trailing" (Lin et al. 2023, arXiv:2305.08891) with its times rounded up. A process in
    continuous time has the times T·k/1000. A wired process counts before the one by name. Cost: none.
    Errors: more steps than there are times.
    """
    made = chosen(own_process, process)
    whole = whole_times(made)
    check_enough(num_inference_steps, len(whole))
    number = torch.arange(num_inference_steps) * len(whole) // num_inference_steps
    return to_data(made.level(whole[len(whole) - 1 - number]))


def check_enough(steps: int, times: int) -> None:
    """Raise `InputError` where there are fewer whole times than steps."""
    if steps > times:
        raise InputError(
            "there are fewer times than steps",
            given=f"{steps} steps over {times} times",
            allowed=f"at most {times} steps",
            mend="take fewer steps, or levels.uniform_time, which goes between the times",
        )
