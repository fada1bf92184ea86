"""What grids by time share: whose times they are, how these are numbered, and where the steps end."""

from __future__ import annotations

import torch
from torch import Tensor

from graphs import Estimate, Known, Span
from nodes.contracts.levels import Levels
from nodes.contracts.process import Process
from nodes.levels.doubles import without_doubles
from nodes.processes.named import ProcessName, process_named

SHARE = 1e-3
"""Where the first time of a process is without noise, grids stop this share of its times before it."""
NUMBERED = 1000
"""The times that a process in continuous time is cut into where whole times are asked for."""
FROM_PURE_NOISE = ("flow", "vp_cosine")
"""The processes by name that end at s = inf."""


def chosen(own: Process | None, name: ProcessName) -> Process:
    """The process on the wire, or else the one by name."""
    return process_named(name) if own is None else own


def timed_cost(known: Known) -> Estimate:
    """So many steps that end at 0, and begin at pure noise where the process does."""
    process = known.value("process")
    first = Span(0, 1) if process is None or known.inputs.get("own_process") else Span.of(process in FROM_PURE_NOISE)
    return Estimate(steps=known.number("num_inference_steps"), first_open=first, last_open=Span.of(1))


def to_data(s: Tensor) -> Levels:
    """These levels, [N], and then 0."""
    return Levels(torch.cat([s.double(), torch.zeros(1, dtype=torch.float64)]))


def near_data(process: Process) -> float:
    """The first time of a process at which there is noise enough to be seen."""
    begun = torch.tensor(process.first, dtype=torch.float64)
    return process.first if float(process.level(begun)) > 0 else process.last * SHARE


def nearest_whole(process: Process, part: Tensor) -> Tensor:
    """The whole times nearest to these parts of the way from the first of them to the last; doubles are left out."""
    whole = whole_times(process)
    number = (part * (len(whole) - 1)).round().long()
    return whole[without_doubles(number)]


def whole_times(process: Process) -> Tensor:
    """The times of a table, or of a process in continuous time T·k/1000 for k = 1 … 1000; rising, float64."""
    if process.numbered:
        return torch.arange(int(process.last) + 1, dtype=torch.float64)
    return process.last * torch.arange(1, NUMBERED + 1, dtype=torch.float64) / NUMBERED
