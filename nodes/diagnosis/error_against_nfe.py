"""Which solver is how far from the truth for how many model calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal, NamedTuple, TypeAlias

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, Number, Progress, RunContext, Span, Steps, TextBox, node
from nodes.contracts.asking import predict
from nodes.contracts.context import Context
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.marks import LARGEST, Mark, Points, Polylines
from nodes.contracts.model import Model
from nodes.contracts.plot import Plot, PlotAxis
from nodes.contracts.query import Query
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver, enter
from nodes.contracts.table import Table
from nodes.diagnosis.distances import Distance, distance
from nodes.diagnosis.resampled import resampled
from nodes.diagnosis.solvers import names_of
from nodes.flows.along import CALLS, along, velocity
from nodes.flows.clock import Clock
from nodes.plotting.palette import SERIES
from nodes.solver.counting import calls_over

Error: TypeAlias = Literal["auto", "endpoint", "law"]
Reference = Annotated[int, Number(integer=True, minimum=1, maximum=10000, work=True)]


class Compared(NamedTuple):
    """The errors as a plot and as a table."""

    plot: Plot
    table: Table


@dataclass(frozen=True)
class Measured:
    """One solver over one grid."""

    solver: str
    steps: int
    calls: float
    error: float


def cost(known: Known) -> Estimate:
    """The calls of every solver over every grid, and those of the reference."""
    levels, counts = known.input("levels"), known.value("steps")
    asked = known.number("reference_steps") * Span.of(CALLS)
    for steps in counts if isinstance(counts, tuple) else ():
        for solver in known.inputs.get("solvers", ()):
            asked = asked + calls_over(solver, replace(levels, steps=Span.of(steps)))
    return Estimate(nfe=known.input("noise").rows * asked * known.input("model").each)


@node(cost=cost)
def error_against_nfe(
    noise: Sample,
    model: Model,
    solvers: tuple[Solver, ...],
    levels: Levels,
    *,
    steps: tuple[int, ...] = (5, 10, 20, 40),
    error: Error = "auto",
    reference_steps: Reference = 200,
    labels: Annotated[str, TextBox(lines=True)] = "",
    title: str = "",
    run: RunContext,
) -> Steps[Compared]:
    """The error of each solver over the model calls that it spent, in decades, and the same as a table.

    Every solver starts from the same noise [B, *event] and walks over grids of as many `steps`, spread as `levels` are
    (wire a fine one); NFE is what was asked of the model for a row, counted. The truth is the probability flow
    dx/dφ = α ε − σ x0 from the first level to the last, by `reference_steps` steps of Runge and Kutta's fourth order.
    "endpoint": √(E|x − truth|²) over the rows, for solvers that draw nothing. "law": the distance of the two samples as
    laws, the root of the mean square over E cos(w·x) and E sin(w·x) at 256 fixed frequencies; a solver that draws
    can be right in law only, and about 1/√B is the least that B rows can tell of it. "auto" is "law" where one
    draws. `labels`, one a line, name the solvers in the order of the wires; without one a solver is called by what
    it is.
    Cost: all solvers' calls over all grids, and 4 · reference_steps, times the rows and what the model costs.
    Errors: no solver; steps below 1; an error "endpoint" of a solver that draws; tokens.
    """
    check(noise, solvers, steps, error)
    drawing = any("stochastic" in solver.abilities for solver in solvers)
    kind: Distance = error if error != "auto" else "law" if drawing else "endpoint"
    ctx, begun = Context(run.meter), noise.to(run.device)
    truth = reference(begun, model, levels, reference_steps, ctx)
    named = list(zip(names_of(solvers, labels), solvers, strict=True))
    found: list[Measured] = []
    for name, solver in named:
        for count in sorted(set(steps)):
            before = run.meter.rows
            reached = solve(model, solver, begun, resampled(levels, count), ctx)
            calls = (run.meter.rows - before) / len(begun.rows)
            found.append(Measured(name, count, calls, distance(reached.x, truth, kind)))
            yield Progress(len(found), len(named) * len(set(steps)))
    return Compared(plotted(found, kind, title), tabulated(found))


def check(noise: Sample, solvers: Sequence[Solver], steps: Sequence[int], error: Error) -> None:
    """`InputError` where there is nothing to compare, or not in this way."""
    if not solvers or not steps or min(steps) < 1 or not len(noise.rows):
        raise InputError(
            "there is nothing to compare",
            given=f"{len(solvers)} solvers, steps {list(steps)}, {len(noise.rows)} rows",
            allowed="at least one solver, one number of steps from 1, one row",
        )
    if noise.space.vocabulary:
        raise InputError("tokens have no probability flow", where="noise", given=noise.describe())
    drawing = [names_of((solver,), "")[0] for solver in solvers if "stochastic" in solver.abilities]
    if drawing and error == "endpoint":
        raise InputError(
            "a solver that draws does not end where the probability flow does",
            where="solvers",
            given=", ".join(drawing),
            allowed="solvers that draw nothing",
            mend='set `error` to "law"',
        )


def reference(noise: Sample, model: Model, levels: Levels, steps: int, ctx: Context) -> Tensor:
    """Where the probability flow takes the noise, from the first level to the last."""
    ends = levels.of(noise.rows)
    step = torch.zeros(len(noise.rows), dtype=torch.int64)

    def slope(x: Tensor, s: Tensor) -> Tensor:
        return velocity(predict(model, Query(x, s, s, noise.rows, step), ctx), x, s)

    with torch.no_grad():
        for x in along(slope, enter(noise, ends[0]), ends[0], ends[-1], steps, Clock()):
            last = x
    return last


def plotted(found: Sequence[Measured], error: Distance, title: str) -> Plot:
    """A line for each solver; errors that are 0 or not finite cannot be shown in decades."""
    lines: dict[str, list[tuple[float, float]]] = {entry.solver: [] for entry in found}
    for entry in found:
        if 0 < entry.error <= LARGEST:
            lines[entry.solver].append((entry.calls, entry.error))
    missing = len(found) - sum(map(len, lines.values()))
    shown = [(name, torch.tensor(places, dtype=torch.float64)) for name, places in lines.items() if places]
    marks = tuple(mark for number, (name, at) in enumerate(shown) for mark in drawn(at, name, number))
    label = "RMS distance to the exact end" if error == "endpoint" else "distance of the laws"
    note = f"{missing} errors are 0 or not finite and not shown." if missing else ""
    x, y = PlotAxis("model calls (NFE)", None, log=True), PlotAxis(label, None, log=True)
    return Plot(marks, title, x, y, note=note)


def drawn(at: Tensor, name: str, number: int) -> tuple[Mark, ...]:
    """The line of a series; where the palette begins again with dots on it, and then with rings."""
    colour, again = SERIES[number % len(SERIES)], number // len(SERIES)
    if not again:
        return (Polylines(at[None], name, colour),)
    dots = Points(at, name, colour, radius=2.2 + 1.2 * (again > 1) * (again - 1), ring=again > 1)
    return Polylines(at[None], "", colour), dots


def tabulated(found: Sequence[Measured]) -> Table:
    """A row for each solver and number of steps."""
    return Table(
        (
            ("solver", tuple(entry.solver for entry in found)),
            ("steps", tuple(entry.steps for entry in found)),
            ("NFE", tuple(entry.calls for entry in found)),
            ("error", tuple(entry.error for entry in found)),
        )
    )
