"""What models told on the way."""

from __future__ import annotations

import torch
from torch import Tensor

from graphs import Fraction, InputError, node
from nodes.contracts.devices import moved
from nodes.contracts.marks import Mark, Polylines, finite
from nodes.contracts.plot import Plot, PlotAxis
from nodes.contracts.trajectory import Trajectory
from nodes.diagnosis.local_error import level_of
from nodes.plotting.palette import SERIES
from nodes.solver.recorded import TOLD

OPACITY = 0.25


@node
def told(trajectory: Trajectory, *, name: str = "", band: Fraction = 0.8, log: bool = False, title: str = "") -> Plot:
    """What models told beside their answers, over the noise: the strength of guidance, the residual of a measurement.

    For each name the median over the rows [B], and the limits between which the middle `band` of them lie. `name`
    chooses: the whole of it or its end ("residual" of "0/residual", which the first inner model told); empty for all.
    `log` shows decades, without what is not above 0. What models tell is said in the help of their nodes.
    Cost: none. Errors: a trajectory in which nothing was told, or nothing of that name.
    """
    found = {key.removeprefix(f"{TOLD}/"): entry for key, entry in trajectory.aux.items() if key.startswith(TOLD)}
    chosen = {key: entry for key, entry in found.items() if not name or key == name or key.endswith(f"/{name}")}
    if not chosen:
        raise InputError(
            "nothing of this name was told on the way" if found else "nothing was told on the way",
            where="name" if found else "trajectory",
            given=name or trajectory.describe(),
            allowed=", ".join(found) or "the trajectory of a model that tells something, as under guidance.apg",
            mend="choose one of them" if found else "record it by solver.trajectory",
        )
    levels = torch.tensor([level_of(s) for s in trajectory.s[:-1]], dtype=torch.float64)
    marks: list[Mark] = []
    for number, (key, entry) in enumerate(chosen.items()):
        colour = SERIES[number % len(SERIES)]
        marks += lines(levels, shown(moved(entry.double(), "cpu"), log=log), key, colour, band)
    x = PlotAxis("noise: 1 is pure, 0 is none", (0.0, 1.0))
    return Plot(tuple(marks), title, x, PlotAxis("told", None, log=log))


def shown(entry: Tensor, *, log: bool) -> Tensor:
    """What can be drawn of it; NaN elsewhere."""
    return torch.where(finite(entry) & ((entry > 0) if log else True), entry, torch.nan)


def lines(levels: Tensor, entry: Tensor, name: str, colour: str, band: float) -> list[Mark]:
    """The median of [N, B] and, where there are several rows, the limits of the middle ones."""
    shares = torch.tensor([0.5, (1 - band) / 2, (1 + band) / 2], dtype=torch.float64)
    middle, low, high = (torch.stack([levels, line], 1) for line in torch.nanquantile(entry, shares, dim=1))
    found: list[Mark] = [Polylines(middle[None], name, colour)]
    if entry.shape[1] > 1 and band > 0:
        found.append(Polylines(torch.stack([low, high]), "", colour, width=0.75, opacity=OPACITY))
    return found
