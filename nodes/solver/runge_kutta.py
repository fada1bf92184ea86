"""Explicit Runge–Kutta methods with a table of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, Number, NumberList, Span, abilities, node
from nodes.contracts.solver import Solver
from nodes.solver.butcher import CLOSE, THREE_EIGHTHS, Table, flat, unfolded
from nodes.solver.clocks import CLOCKS, Clock, Variable
from nodes.solver.exponential import measurable
from nodes.solver.stages import Stage, Staged, Weights, stages_cost

Numbers = Annotated[tuple[float, ...], NumberList(item=Number(minimum=-1e6, maximum=1e6), shortest=1)]

DEFAULT = flat(THREE_EIGHTHS)


def cost(known: Known) -> Estimate:
    """As the table and the variable say."""
    numbers = known.value("table")
    if not isinstance(numbers, Sequence):
        return Estimate(calls=lambda steps: Span(steps.low, float("inf")))
    try:
        return table_cost(unfolded(tuple(numbers)), known)
    except InputError:
        return Estimate()


def table_cost(table: Table, known: Known) -> Estimate:
    """The calls of a method with this table, by the variable that it is to integrate in."""
    stages, variable = len(table.b), known.value("variable")
    if variable in {"sigma", "log_snr"}:
        return stages_cost(stages)
    if variable is not None and not table.ends:
        return Estimate(calls=lambda steps: Span.of(stages) * steps)
    fewest = 1 - stages if variable is not None else 2 * (1 - stages)
    return Estimate(calls=lambda steps: Span(max(0.0, stages * steps.low + fewest), stages * steps.high))


@node(abilities=abilities("memoryless"), cost=cost)
def runge_kutta(*, table: Numbers = DEFAULT, variable: Variable = "angle") -> Solver:
    """An explicit Runge–Kutta method with any Butcher table (Hairer, Nørsett & Wanner 1993, section II.1).

    `table` lists the rows of a below its diagonal, then b: a21, a31, a32, …, b1, …, bk, so k (k + 1)/2 numbers for k
    stages; 2/3, 1/4, 3/4 is Ralston's method, and the default Kutta's 3/8 rule. Stage i asks at z_i = z + Δu Σ_j a_ij
    k_j, where k_j = dz/du there, and z' = z + Δu Σ_j b_j k_j. `variable` is u: "sigma" is s and "log_snr" −ln s, both
    with z = x0 + s ε; "angle" is atan(s) with z = x; "flow" is t = s/(1 + s) with z = (1 − t) x0 + t ε.
    In s and −ln s, steps to or from s = 0 or inf are Euler's; in the others only steps to s = 0, and only of tables
    with a stage at the end of the step. Order: that of the table. k model calls a step, 1 where it is Euler's.
    Deterministic. Errors: numbers that are no table, as b that does not sum to 1; a sample of tokens.
    """
    return RungeKutta(unfolded(table), variable)


class RungeKutta(Staged):
    """The method of `runge_kutta`."""

    def __init__(self, table: Table, variable: Variable) -> None:
        self.a, self.b = table.a, table.b
        self.variable: Variable = variable
        self.stages = len(table.b)

    @property
    def table(self) -> Table:
        """Its coefficients."""
        return Table(self.a, self.b)

    @property
    def clock(self) -> Clock:
        """What it cuts evenly."""
        return CLOCKS[self.variable]

    def calls(self, steps: int) -> float:
        """As many as there are stages; one in the last step, where that is Euler's."""
        straight = not self.clock.closed or self.table.ends
        return self.stages * steps - (self.stages - 1) * straight

    def curved(self, s: Tensor, s_next: Tensor) -> Tensor:
        """Where every stage has a slope."""
        if not self.clock.closed:
            return measurable(s, s_next)
        return (s_next > 0) if self.table.ends else torch.ones_like(s, dtype=torch.bool)

    def plan(self, s: Tensor, s_next: Tensor) -> Sequence[Stage]:
        """The stages of the table, even in u."""
        clock, c = self.clock, self.table.c
        u, u_next = clock.read(s), clock.read(s_next)
        levels = [s, *(s_next if abs(share - 1) < CLOSE else clock.level(u + share * (u_next - u)) for share in c[1:])]
        of_x0, of_eps = clock.parts(s)
        slopes = [clock.slope(level) for level in levels]
        stages = []
        for row, level in zip((*self.a, self.b), (*levels[1:], s_next), strict=True):
            length, size = u_next - u, clock.size(level)
            x0 = _weighed(of_x0, length, row, [slope[0] for slope in slopes], size)
            stages.append(Stage(level, x0, _weighed(of_eps, length, row, [slope[1] for slope in slopes], size)))
        return stages


def _weighed(
    begin: Tensor, length: Tensor, row: Sequence[float], slopes: Sequence[Tensor | None], size: Tensor
) -> Weights:
    """The weights of each answer in a point: that of the first holds what z began with."""
    found: list[Tensor | None] = []
    for number, (weight, slope) in enumerate(zip(row, slopes, strict=False)):
        share = None if slope is None or not weight else length * weight * slope
        if number == 0:
            share = begin if share is None else begin + share
        found.append(None if share is None else size * share)
    return tuple(found)
