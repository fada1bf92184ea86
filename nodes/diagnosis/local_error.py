"""The error of each step of a solver, by doing it again in two."""

from __future__ import annotations

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, Progress, RunContext, Span, Steps, node
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.driving import advance
from nodes.contracts.levels import Levels, angle
from nodes.contracts.marks import LARGEST, Points, Polylines
from nodes.contracts.model import Model
from nodes.contracts.plot import Plot, PlotAxis
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.flows.clock import Clock
from nodes.solver.counting import calls_over


def cost(known: Known) -> Estimate:
    """The solver's calls, and at the most three times as many for the halves."""
    calls = calls_over(known.input("solver"), known.input("levels"))
    asked = Span(calls.low, 3 * calls.high + 2 * known.input("levels").steps.high)
    return Estimate(nfe=known.input("noise").rows * asked * known.input("model").each)


@node(cost=cost)
def local_error(
    noise: Sample, model: Model, solver: Solver, levels: Levels, *, title: str = "", run: RunContext
) -> Steps[Plot]:
    """The error that each step of a solver adds, over the noise: |one step − two half steps|, by step doubling.

    At every state of a run over `levels` the step is made at once and by way of the level halfway, in log s between
    0.002 and 80 and beyond in s or 1/s; shown is √(E|difference|²) over the rows of x [B, *event], a point a step. For
    a method of order p that is 1 − 2^(−p) of the error of the step (Hairer et al. 1993, section II.4). The run goes on
    from the whole steps, and is that of solver.sample. Where the points lie highest, a grid needs its steps.
    Cost: the solver's calls, and about twice as many. Errors: a solver that draws, whose halves draw otherwise; tokens.
    """
    if "stochastic" in solver.abilities:
        raise InputError(
            "two halves of a step that draws are not the step",
            where="solver",
            given=type(solver).__name__,
            allowed="a solver that draws nothing",
        )
    ctx, found = Context(run.meter), []
    with torch.no_grad():
        state = solver.start(noise.to(run.device), levels, ctx)
    for step, s_next in enumerate(levels.of(noise.rows)[1:]):
        with torch.no_grad():
            halfway = Clock().between(state.s, s_next, 0.5)
            twice = advance(model, solver, advance(model, solver, state, halfway, ctx), s_next, ctx)
            after = advance(model, solver, state, s_next, ctx)
        found.append((level_of(state.s), root_mean_square(after.x - twice.x)))
        state = after
        yield Progress(step + 1, len(levels))
    return plotted(found, title)


def level_of(s: Tensor) -> float:
    """2/π · atan(s) in the mean over rows and places: 1 is pure noise."""
    return float(angle(s).mean() * 2 / torch.pi)


def root_mean_square(difference: Tensor) -> float:
    """Over the rows, of the length of each."""
    return float(moved(difference.double().flatten(1).square().sum(1).mean().sqrt(), "cpu"))


def plotted(found: list[tuple[float, float]], title: str) -> Plot:
    """A point for each step; errors that are 0 or not finite cannot be shown in decades."""
    there = [entry for entry in found if 0 < entry[1] <= LARGEST]
    at = torch.tensor(there, dtype=torch.float64).reshape(-1, 2)
    note = (
        f"{len(found) - len(there)} of {len(found)} steps have an error of 0 or none."
        if len(there) < len(found)
        else ""
    )
    axes = (
        PlotAxis("noise at the start of the step: 1 is pure, 0 is none", (0.0, 1.0)),
        PlotAxis("error", None, log=True),
    )
    return Plot((Polylines(at[None], ""), Points(at)) if there else (), title, *axes, note=note)
