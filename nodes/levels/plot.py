"""Grids as a plot."""

from __future__ import annotations

from typing import Annotated

from graphs import InputError, TextBox, node
from nodes.contracts.levels import Levels
from nodes.contracts.plot import Plot
from nodes.plotting.grids import Show, grid_plot

Names = Annotated[str, TextBox(lines=True)]


@node
def plot(levels: tuple[Levels, ...], *, show: Show = "log_snr", names: Names = "", title: str = "") -> Plot:
    """One or several grids as a plot over the number of the step, a line each; `names`, one a line, stand beside them.

    `show`: "log_snr", λ = −ln s, half the log of the signal-to-noise ratio; "sigma", s in decades; "noise",
    2/π·atan s, finite at both ends; or how long the steps are, "steps_log_snr" |Δλ| and "steps_noise". What is infinite
    there is left out, and a note says so. Of levels [N + 1, R] or [N + 1, R, *map] the first 64 columns. Cost: none.
    Errors: no levels; more names than grids.
    """
    lines = [line.strip() for line in names.split("\n") if line.strip()]
    if not levels or len(lines) > len(levels):
        raise InputError(
            "there is not a grid for every name" if levels else "there are no levels to show",
            given=f"{len(lines)} names, {len(levels)} grids",
            mend="take names out, or wire more levels",
        )
    named = [*lines, *(f"grid {number + 1}" for number in range(len(lines), len(levels)))]
    return grid_plot(levels, [""] if len(levels) == 1 and not lines else named, show, title)
