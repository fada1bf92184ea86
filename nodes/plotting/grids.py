"""Grids of levels as a plot: where they stand at each step, or how far each step goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from nodes.contracts.levels import Levels, angle, log_snr
from nodes.contracts.marks import Mark, Points, Polylines, finite
from nodes.contracts.plot import Plot, PlotAxis
from nodes.plotting.palette import series_colour

Show: TypeAlias = Literal["log_snr", "sigma", "noise", "steps_log_snr", "steps_noise"]

AXES: dict[Show, PlotAxis] = {
    "log_snr": PlotAxis("half the log of signal to noise, -ln s"),
    "sigma": PlotAxis("level s", log=True),
    "noise": PlotAxis("noise: 1 is pure, 0 is none"),
    "steps_log_snr": PlotAxis("length of the step in ln s"),
    "steps_noise": PlotAxis("length of the step in noise"),
}
LINES = 64
"""Rows and places that are shown of a grid in which they have levels of their own."""
CROWDED = 60
"""Steps from which on the levels are drawn as lines alone."""


def grid_plot(grids: Sequence[Levels], names: Sequence[str], show: Show, title: str = "") -> Plot:
    """A line for each grid, under its name, over the number of the step."""
    marks: list[Mark] = []
    hidden, cut = 0, 0
    for number, (grid, name) in enumerate(zip(grids, names, strict=True)):
        columns = shown(grid.s.flatten(1) if grid.s.ndim > 1 else grid.s[:, None], show)
        cut += max(0, columns.shape[1] - LINES)
        at = over_steps(columns[:, :LINES].T, show)
        hidden += int(torch.isnan(at[0, :, 1]).sum())
        colour = series_colour("", number)
        marks.append(Polylines(at, name, colour))
        if len(grid) < CROWDED:
            marks.append(Points(at[~torch.isnan(at[..., 1])], "", colour))
    notes = [f"{hidden} at pure noise or data have no place on this scale."] if hidden else []
    notes += [f"{cut:,} rows or places are not shown."] if cut else []
    return Plot(tuple(marks), title, PlotAxis("step"), AXES[show], note=" ".join(notes))


def shown(s: Tensor, show: Show) -> Tensor:
    """What is shown of levels [N + 1, K], or of their N steps; NaN where it is not finite."""
    match show:
        case "log_snr":
            values = log_snr(s)
        case "sigma":
            values = torch.where(s == 0, torch.inf, s.double())
        case "noise":
            values = angle(s) * 2 / torch.pi
        case "steps_log_snr":
            values = log_snr(s).diff(dim=0).abs()
        case "steps_noise":
            values = (angle(s) * 2 / torch.pi).diff(dim=0).abs()
    return torch.where(finite(values), values, torch.nan)


def over_steps(values: Tensor, show: Show) -> Tensor:
    """Lines [K, M, 2]: levels at their numbers from 0, steps at theirs from 1."""
    first = 1 if show.startswith("steps") else 0
    number = torch.arange(first, first + values.shape[1], dtype=torch.float64)
    return torch.stack([number.expand_as(values), values], -1)
