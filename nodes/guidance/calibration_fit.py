"""What a model's answers miss in the mean, level by level."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, Number, Progress, RunContext, Span, Steps, node
from nodes.contracts.asking import predict
from nodes.contracts.context import Context
from nodes.contracts.levels import Levels, place
from nodes.contracts.model import Model
from nodes.contracts.query import Query
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.trajectory import Trajectory
from nodes.guidance.branches import refuse_tokens
from nodes.guidance.calibrated import MEAN_ERROR


def cost(known: Known) -> Estimate:
    """Both signs of each draw at each level, of which those at data are known."""
    steps = known.input("levels").steps
    asked = known.input("sample").rows * known.number("draws") * Span.of(2)
    return Estimate(nfe=asked * Span(max(0.0, steps.low - 1), steps.high + 1) * known.input("model").each)


@node(cost=cost)
def calibration_fit(
    sample: Sample,
    model: Model,
    levels: Levels,
    *,
    draws: Annotated[int, Number(integer=True, minimum=1, maximum=4096, work=True)] = 1,
    run: RunContext,
) -> Steps[Trajectory]:
    """What a model's answers miss in the mean over data, for guidance.calibrated (Pang et al. 2023, arXiv:2302.10688).

    The mean of the true score over the noised data is 0, so the mean of the model's is an error: ε̄(s) = E[ε̂(x, s)]
    with x = (x0 + s ε)/√(1 + s²). Each clean point x0 [B, *event] of `sample` is noised to each of the levels by
    `draws` normal ε and by −ε, whose mean is 0; so E[x̂0] − E[x0] = −s·ε̄ over these very points, which is what is kept
    ("calibration/x0" [N + 1, 1, *event]), finite at pure noise too. An exact model gives 0 but for the chance of the
    sample. A condition is bound with guidance.conditional, and the sample is then of that class.
    Cost: 2·draws model rows a point and level; none at s = 0. Errors: a sample that is noised, of another space, or
    empty; tokens; levels that differ by row.
    """
    check(sample, model, levels)
    begun, ctx = sample.to(run.device), Context(run.meter)
    found = []
    for number, s in enumerate(levels.s.tolist()):
        yield Progress(number, len(levels) + 1)
        found.append(mean_error(model, begun, s, draws if s else 0, ctx))
    yield Progress(len(levels) + 1, len(levels) + 1)
    errors = torch.stack(found)[:, None].to(begun.x.dtype)
    return Trajectory(levels.s.double()[:, None], Rows.first(0, 1), sample.space, aux={MEAN_ERROR: errors})


def mean_error(model: Model, sample: Sample, s: float, draws: int, ctx: Context) -> Tensor:
    """E[x̂0 − x0] at one level, [*event] float64; 0 without draws."""
    total = sample.x.new_zeros(sample.x.shape[1:], dtype=torch.float64)
    at, still = (
        torch.full((len(sample.rows),), s, dtype=torch.float64),
        torch.zeros(len(sample.rows), dtype=torch.int64),
    )
    q = Query(sample.x, at, at, sample.rows, still)
    for draw in range(draws):
        eps = ctx.noise.normal(q, "calibration", draw)  # the same at every level, so that errors change smoothly
        for signed in (eps, -eps):
            with torch.no_grad():
                x0 = predict(model, replace(q, x=place(sample.x, signed, at)), ctx).x0
            total += (x0 - sample.x).double().mean(0) / (2 * draws)
    return total


def check(sample: Sample, model: Model, levels: Levels) -> None:
    """`InputError` where these are no clean points of the model's, or the levels are not the same for all."""
    refuse_tokens(model)
    sample.require_clean("sample")
    if not len(sample.rows) or (sample.space.name, sample.space.event) != (model.space.name, model.space.event):
        raise InputError(
            "these are no points of the model's",
            where="sample",
            given=sample.describe(),
            allowed=f"at least one of {model.space.describe()}",
            mend="wire it through codec.encode of the model's codec",
        )
    if levels.s.ndim > 1:
        raise InputError(
            "the levels differ by row",
            where="levels",
            given=levels.describe(),
            allowed="levels that are the same for all rows",
            mend="fit over one grid, as levels.karras",
        )
