"""The ways of points through a plane as a plot."""

from __future__ import annotations

from typing import Annotated, Literal

import torch
from torch import Tensor

from graphs import InputError, Number, node
from nodes.contracts.levels import factor
from nodes.contracts.marks import Points, Polylines, finite
from nodes.contracts.plot import Plot, PlotAxis
from nodes.contracts.trajectory import Trajectory
from nodes.decoder.points import PAIR, axes, pair

Show = Literal["x", "y", "x0"]
START, END, NOISE = "#98a1ad", "#252b36", "#bf4477"
LEVEL = PlotAxis("noise: 1 is pure, 0 is none", (0.0, 1.0))
"""The scale of colours."""


@node
def trajectory(
    trajectory: Trajectory,
    *,
    show: Show = "x",
    coordinates: tuple[int, ...] = (0, 1),
    rows: Annotated[int, Number(integer=True, minimum=1, maximum=1000)] = 100,
    largest: Annotated[float, Number(minimum=0.01, maximum=1e6)] = 5.0,
    title: str = "",
) -> Plot:
    """The ways of points over the levels as lines, coloured by the noise; where they start and end is marked.

    `show`: x, the wire's coordinate (x0 + s·ε)/√(1 + s²), [N + 1, B, *event]; y = x·√(1 + s²) = x0 + s·ε, in which
    steps of Euler are straight, from the first level s ≤ `largest` on; or x0, what was predicted at each
    step, then the last point. Of the event the two `coordinates` are shown, of the batch the first `rows`. A line is
    interrupted where it is not finite, and a note says how many are. The colour is 2/π · atan(s): 1 is pure noise, 0
    is data. Cost: none. Errors: what is to be shown was not recorded; tokens; coordinates that the event does not have.
    """
    points, s = shown_points(trajectory, show)
    at = pair(points[:, :rows], trajectory.space, coordinates).transpose(0, 1)
    s = s[:, :rows].flatten(2).amax(2).T if s.ndim > PAIR else s[:, :rows].T
    left_out = s > largest if show == "y" else torch.zeros_like(s, dtype=torch.bool)
    there = finite(at).all(-1)
    broken = int((~(there | left_out)).any(1).sum())
    there &= ~left_out
    at = torch.where(there[..., None], at, torch.nan)
    marks = (
        Polylines(at, "", NOISE, torch.atan(s) * 2 / torch.pi, width=1.3, opacity=0.85),
        Points(_ends(at, there, last=False), "start", START, radius=2.8, ring=True),
        Points(_ends(at, there, last=True), "end", END, radius=2.6),
    )
    count = len(trajectory.rows)
    notes = [f"The first {rows:,} of {count:,} rows."] if count > rows else []
    notes += [f"{broken:,} of {len(at):,} lines are interrupted where they are not finite."] if broken else []
    x, y = axes(coordinates)
    return Plot(marks, title, x, y, equal=True, colours=LEVEL, note=" ".join(notes))


def shown_points(trajectory: Trajectory, show: Show) -> tuple[Tensor, Tensor]:
    """What is to be shown at each level, [N or N + 1, B, *event], and the levels [N or N + 1, B] or [..., *map].

    Of x0 the last is the point that was reached, where that was recorded.
    """
    recorded = trajectory.x0 if show == "x0" else trajectory.x
    if recorded is None:
        raise InputError(
            "the trajectory does not hold what is to be shown",
            given=f"show {show}",
            allowed="x0" if trajectory.x0 is not None else "x or y" if trajectory.x is not None else "",
            mend="record it with the trajectory, or show what was recorded",
        )
    s = trajectory.s[: len(recorded)]
    if show == "y":
        return recorded * factor(torch.sqrt(1.0 + s.double().square()), recorded), s
    if show == "x0" and trajectory.x is not None:
        return torch.cat([recorded, trajectory.x[-1:]]), trajectory.s
    return recorded, s


def _ends(at: Tensor, there: Tensor, *, last: bool) -> Tensor:
    """The first or the last place of each line [K, M, 2] that has one, [≤ K, 2]."""
    index = at.shape[1] - 1 - there.flip(1).int().argmax(1) if last else there.int().argmax(1)
    return at[torch.arange(len(at)), index][there.any(1)]
