"""How straight the ways of samples are."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from graphs import InputError, node
from nodes.contracts.devices import moved
from nodes.contracts.levels import eps_of, factor
from nodes.contracts.marks import Polylines, finite
from nodes.contracts.media import Number
from nodes.contracts.plot import Plot, PlotAxis
from nodes.contracts.trajectory import Trajectory


class Straightness(NamedTuple):
    """The deviations along the way, and their mean."""

    plot: Plot
    straightness: Number


class Ways(NamedTuple):
    """Of each step the time t of a flow, its length, and what the ways deviate there, all [N] on the CPU."""

    times: Tensor
    widths: Tensor
    velocity: Tensor
    noise: Tensor


@node
def straightness(trajectory: Trajectory, *, title: str = "") -> Straightness:
    """How far a sample's ways are from straight lines walked evenly, over the time of a flow.

    With t = s/(1 + s), z = (1 − t) x0 + t ε and v = ε − x0 as predicted at each step, "velocity" is
    E|v − (z_T − z_0)/(T − t_0)|² for each number of x [N + 1, B, *event], from the first level to the last; its mean
    over the time is S, the number (Liu et al. 2022, arXiv:2209.03003, equation 4): 0 where one step of Euler is exact.
    "noise" is E|ε − ε_T|² against the first step: 0 where the ways are straight in x0 + s·ε, which is enough for DDIM
    (Wang et al. 2024, arXiv:2410.07303). At s = 0 ε counts as 0. Cost: none.
    Errors: a trajectory without points or predictions, or with less than one step; tokens.
    """
    ways = deviations(trajectory)
    lines = [("velocity", ways.velocity), ("noise", ways.noise)]
    marks = tuple(line(ways.times, values, name) for name, values in lines)
    whole = ways.widths.abs().sum()
    mean = float((ways.velocity * ways.widths.abs()).sum() / whole) if whole > 0 else 0.0
    note = f"S = {mean:.4g}; both are 0 where one step is exact."
    return Straightness(
        Plot(marks, title, PlotAxis("time t = s/(1 + s)", (0.0, 1.0)), PlotAxis("squared deviation"), note=note),
        Number(mean),
    )


def line(times: Tensor, values: Tensor, name: str) -> Polylines:
    """One line over the time, interrupted where it is not finite."""
    at = torch.stack([times, values], 1)
    return Polylines(torch.where(finite(at).all(-1, keepdim=True), at, torch.nan)[None], name)


def deviations(trajectory: Trajectory) -> Ways:
    """The mean squares over rows and numbers at each step."""
    x, x0, s = trajectory.x, trajectory.x0, trajectory.s.double()
    if x is None or x0 is None or not len(x0) or trajectory.space.vocabulary:
        raise InputError(
            "the trajectory does not tell how straight it is",
            where="trajectory",
            given=trajectory.describe(),
            allowed="points of real numbers with their predictions, over at least one step",
            mend="record it with solver.trajectory",
        )
    t = torch.where(torch.isinf(s), 1.0, s / (1 + s))
    # z = x √((1 − t)² + t²)
    scale = torch.hypot(1 - t, t)
    first, last = (factor(scale[end], x[end]) * x[end] for end in (0, -1))
    span = t[0] - t[-1]
    mean = (first - last) * factor(torch.where(span == 0, 0.0, 1 / span), first)
    eps = torch.stack([eps_of(point, guess, level) for point, guess, level in zip(x, x0, s[:-1], strict=False)])
    velocity, noise = eps - x0 - mean, eps - eps[0]
    times = t.flatten(1).mean(1)
    return Ways(times[:-1], times.diff(), *(mean_square(entry) for entry in (velocity, noise)))


def mean_square(entries: Tensor) -> Tensor:
    """The mean over all but the steps, [N] float64 on the CPU."""
    return moved(entries.double().square().flatten(1).mean(1), "cpu")
