"""How the answers of one branch follow from those before, fitted on guided ways."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated

import torch
from torch import Tensor

from graphs import (
    Curve,
    CurveOver,
    Estimate,
    InputError,
    Known,
    Number,
    Preview,
    Progress,
    RunContext,
    Span,
    Steps,
    also,
    needs,
    node,
)
from nodes.contracts.cond import Cond
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.driving import drive
from nodes.contracts.levels import Levels, eps_of
from nodes.contracts.model import Model
from nodes.contracts.query import Prediction, Query
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.table import Entry, Table
from nodes.guidance.branches import refuse_tokens, require_conditional
from nodes.guidance.cfg import Guided
from nodes.solver.counting import calls_between, made_before
from nodes.solver.standard import solver_known, standard_solver

LEVEL, POSITIVE, NEGATIVE, ERROR = "s", "positive", "negative", "error"
SMALLEST = 1e-7
"""Directions of the answers below this share of the longest are rounding, and get no coefficient."""


def cost(known: Known) -> Estimate:
    """The solver's calls, each for all rows under both conditions."""
    begin, levels = known.input("noise"), known.input("levels")
    calls = calls_between(solver_known(known), levels, made_before(begin), levels.steps)
    return Estimate(nfe=begin.rows * calls * known.input("model").each * Span.of(2))


@node(cost=cost)
def linear_fit(
    noise: Sample,
    model: Annotated[Model, needs("conditional")],
    positive: Cond,
    levels: Levels,
    negative: Cond | None = None,
    solver: Solver | None = None,
    *,
    guidance_scale: Annotated[Curve, CurveOver(minimum=0, maximum=100, step=0.1), also("scale", "cfg_scale")] = 7.5,
    history: Annotated[int, Number(integer=True, minimum=1, maximum=100)] = 2,
    run: RunContext,
) -> Steps[Table]:
    """The coefficients of LinearAG, for guidance.linear (Castillo et al. 2023, arXiv:2312.12487, section 5).

    The noise [B, *event] is sampled as solver.sample does under guidance.cfg, both branches asked at every step. For
    step k the noises ε of the answers then fit ε_neg(k) ≈ a_0 ε_pos(k) + Σ_j a_j ε_pos(k − j) + b_j ε_neg(k − j) with
    j from 1 to `history`, by least squares over all rows and numbers, a few scalars a step; the paper takes the whole
    past. A line of the table is a step: its level s, the a_j as "positive" and "positive j", the b_j as "negative j",
    and "error", the root mean square of what is missed over that of ε_neg − ε_pos: 1 is as bad as no guidance. The
    first step has no coefficients, nor have pure noise and data, s = inf and 0. A few rows are enough, with the
    conditions, scale, solver and levels that are sampled with. Cost: 2 model rows per sample and call.
    Errors: levels that do not fall, or differ by row; a model of tokens or without conditions.
    """
    require_conditional(model)
    refuse_tokens(model)
    solver = standard_solver() if solver is None else solver
    grid = falling(levels)
    both, ctx = BothTold(model, positive, negative, guidance_scale), Context(run.meter)
    told: list[tuple[Tensor, Tensor]] = []
    for step, state in enumerate(drive(both, solver, noise.to(run.device), levels, ctx)):
        yield Progress(step, len(levels))
        if state.pred is not None:
            told.append((flat(state.pred.aux["/" + POSITIVE]), flat(state.pred.aux["/" + NEGATIVE])))
            yield Preview(state.guess())
    return tabled(grid, told, history)


class BothTold(Guided):
    """Guidance that asks both branches at every level, and tells the noises of their answers."""

    null = math.nan

    def guide(self, q: Query, scale: Tensor, first: Prediction, second: Prediction) -> Prediction:
        """The guided answer, and ε_pos and ε_neg [B, *event]."""
        made = super().guide(q, scale, first, second)
        noises = {POSITIVE: eps_of(q.x, first.x0, q.s), NEGATIVE: eps_of(q.x, second.x0, q.s)}
        return Prediction(made.x0, made.eps, aux=noises)


def falling(levels: Levels) -> list[float]:
    """The levels of the steps, without the last; `InputError` where they are not one falling grid for all rows."""
    if levels.s.ndim > 1 or len(levels) < 1 or any(after >= before for before, after in pairwise(levels.s.tolist())):
        raise InputError(
            "a step of these levels is not told by its level",
            where="levels",
            given=levels.describe(),
            allowed="levels that fall, the same for all rows",
            mend="sample over one grid, as levels.karras",
        )
    found: list[float] = levels.s.double().tolist()
    return found[:-1]


def flat(eps: Tensor) -> Tensor:
    """All numbers of all rows, float64 on the CPU."""
    return moved(eps.double().flatten(), "cpu")


def tabled(grid: Sequence[float], told: Sequence[tuple[Tensor, Tensor]], history: int) -> Table:
    """A line for each step: its level, its coefficients, and what they miss."""
    lags = range(1, history + 1)
    names = [POSITIVE, *(f"{POSITIVE} {lag}" for lag in lags), *(f"{NEGATIVE} {lag}" for lag in lags), ERROR]
    lines = [dict.fromkeys(names) | fitted(told, step, history, level) for step, level in enumerate(grid)]
    columns: list[tuple[str, tuple[Entry, ...]]] = [(LEVEL, tuple(grid))]
    return Table((*columns, *((name, tuple(line[name] for line in lines)) for name in names)))


def fitted(told: Sequence[tuple[Tensor, Tensor]], step: int, history: int, level: float) -> dict[str, Entry]:
    """The coefficients of one step by name; none at the first step, at pure noise and at data."""
    if step == 0 or level == 0 or math.isinf(level):
        return {}
    lags = range(1, min(step, history) + 1)
    known = {POSITIVE: told[step][0]}
    known |= {f"{POSITIVE} {lag}": told[step - lag][0] for lag in lags}
    known |= {f"{NEGATIVE} {lag}": told[step - lag][1] for lag in lags}
    columns, wanted = torch.stack(list(known.values()), 1), told[step][1]
    found = torch.linalg.lstsq(columns, wanted[:, None], rcond=SMALLEST, driver="gelsd").solution[:, 0]
    apart = float((wanted - told[step][0]).norm())
    missed = float((wanted - columns @ found).norm())
    return {**dict(zip(known, found.tolist(), strict=True)), ERROR: missed / apart if apart else 0.0}
