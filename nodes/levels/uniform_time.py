"""The grid that is uniform in the time of a process."""

from __future__ import annotations

from typing import Literal, TypeAlias

import torch
from torch import Tensor

from graphs import Estimate, Known, Span, node
from nodes.contracts.levels import Levels
from nodes.contracts.process import Process
from nodes.levels.karras import Steps
from nodes.levels.timed import chosen, near_data, timed_cost, to_data
from nodes.processes.named import ProcessName

Spacing: TypeAlias = Literal["trailing", "leading", "linspace"]


def cost(known: Known) -> Estimate:
    """As of all grids by time, but that "leading" leaves out the last time."""
    found, spacing = timed_cost(known), known.value("timestep_spacing")
    first = Span.of(0) if spacing == "leading" else found.first_open if spacing else Span(0, 1)
    return Estimate(steps=found.steps, first_open=first, last_open=found.last_open)


@node(cost=cost)
def uniform_time(
    own_process: Process | None = None,
    *,
    process: ProcessName = "flow",
    num_inference_steps: Steps = 20,
    timestep_spacing: Spacing = "trailing",
) -> Levels:
    """The levels of a process at times spaced evenly, N of them and then 0; [N + 1], float64.

    With T the last time, c the time of the data (0, or −1 where times are numbered from 0) and f the first time with
    noise (where time 0 has none: T/1000), for i < N = num_inference_steps: "trailing" T − i (T − c)/N; "leading"
    f + (N − 1 − i)(T − c)/N, which leaves out the last time; "linspace" T − i (T − f)/(N − 1), T alone for N = 1
    (Lin et al. 2023, arXiv:2305.08891, Table 2, which recommends "trailing").
    A wired process (process.flow, process.discrete, …) counts before the one by name. The model's own is another
    matter: it finds its own time for every level. Flow and vp_cosine begin at pure noise, s = inf, except with
    "leading". Cost: none.
    """
    made = chosen(own_process, process)
    return to_data(made.level(times(made, num_inference_steps, timestep_spacing)))


def times(process: Process, steps: int, spacing: Spacing) -> Tensor:
    """The times of a process that a grid of so many steps visits before its data, [steps] float64."""
    number = torch.arange(steps, dtype=torch.float64)
    between = (process.last - (-1.0 if process.numbered else 0.0)) / steps
    if spacing == "trailing":
        return process.last - number * between
    near = near_data(process)
    if spacing == "leading":
        return near + (steps - 1 - number) * between
    return process.last - number * (process.last - near) / max(1, steps - 1)
