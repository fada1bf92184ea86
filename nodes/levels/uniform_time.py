"""The grid that is uniform in the time of a process."""

from __future__ import annotations

from typing import Literal, TypeAlias

import torch
from torch import Tensor

from graphs import Estimate, Known, Span, node
from nodes.contracts.levels import Levels
from nodes.contracts.process import Process
from nodes.levels.karras import Steps
from nodes.processes.named import ProcessName, process_named
from nodes.processes.table import Discrete

Spacing: TypeAlias = Literal["trailing", "leading", "linspace"]

SHARE = 1e-3
"""Where the first time of a process is without noise, grids stop this share of its times before it."""


def cost(known: Known) -> Estimate:
    """So many steps that end at 0, and begin at pure noise where the process does."""
    process, spacing = known.value("process"), known.value("timestep_spacing")
    noise = spacing != "leading" and process in ("flow", "vp_cosine")
    first = Span(0, 1) if process is None or spacing is None else Span.of(noise)
    return Estimate(steps=known.number("num_inference_steps"), first_open=first, last_open=Span.of(1))


@node(cost=cost)
def uniform_time(
    *, process: ProcessName = "flow", num_inference_steps: Steps = 20, timestep_spacing: Spacing = "trailing"
) -> Levels:
    """The levels of a process at times spaced evenly, N of them and then 0; [N + 1], float64.

    With T the last time, c the time of the data (0, or −1 where times are numbered from 0) and f the first time with
    noise (where time 0 has none: T/1000), for i < N = num_inference_steps: "trailing" T − i (T − c)/N; "leading"
    f + (N − 1 − i)(T − c)/N, which leaves out the last time; "linspace" T − i (T − f)/(N − 1), T alone for N = 1
    (Lin et al. 2023, arXiv:2305.08891, Table 2, which recommends "trailing").
    Flow and vp_cosine begin at pure noise, s = inf, except with "leading". Cost: none.
    """
    made = process_named(process)
    s = made.level(times(made, num_inference_steps, timestep_spacing))
    return Levels(torch.cat([s, s.new_zeros(1)]))


def times(process: Process, steps: int, spacing: Spacing) -> Tensor:
    """The times of a process that a grid of so many steps visits before its data, [steps] float64."""
    number = torch.arange(steps, dtype=torch.float64)
    data = -1.0 if isinstance(process, Discrete) else 0.0
    between = (process.last - data) / steps
    if spacing == "trailing":
        return process.last - number * between
    near = first_with_noise(process)
    if spacing == "leading":
        return near + (steps - 1 - number) * between
    return process.last - number * (process.last - near) / max(1, steps - 1)


def first_with_noise(process: Process) -> float:
    """The first time of a process at which there is noise enough to be seen."""
    begun = torch.tensor(process.first, dtype=torch.float64)
    return process.first if float(process.level(begun)) > 0 else process.last * SHARE
