"""The grid that counts from the data."""

from __future__ import annotations

from graphs import Estimate, Known, Span, node
from nodes.contracts.levels import Levels
from nodes.contracts.process import Process
from nodes.levels.karras import Steps
from nodes.levels.simple import check_enough
from nodes.levels.timed import chosen, timed_cost, to_data, whole_times
from nodes.processes.named import ProcessName


def cost(known: Known) -> Estimate:
    """About so many steps, or more where they do not divide the times."""
    found, steps = timed_cost(known), known.number("num_inference_steps")
    return Estimate(steps=Span(max(1, steps.low - 1), 2 * steps.high), first_open=Span(0, 1), last_open=found.last_open)


@node(cost=cost)
def ddim_uniform(
    own_process: Process | None = None,
    *,
    process: ProcessName = "ddpm_scaled_linear",
    num_inference_steps: Steps = 20,
) -> Levels:
    """The levels at every ⌊M/N⌋-th of M whole times, counted up from time 1, and then 0: "leading" (arXiv:2010.02502).

    Times 1 + k ⌊M/N⌋ below M, from the last down, as ComfyUI has it for N = num_inference_steps: mostly N of them, more
    where N does not divide M, and never the last time where it does. A process in continuous time has the times
    T·k/1000. A wired process counts before the one by name. Cost: none. Errors: more steps than there are times.
    """
    made = chosen(own_process, process)
    whole = whole_times(made)
    check_enough(num_inference_steps, len(whole))
    return to_data(made.level(whole[1 :: len(whole) // num_inference_steps].flip(0)))
