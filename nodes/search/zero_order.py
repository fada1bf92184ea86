"""Zero-order search over noise: from the best so far to the best of its neighbours."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Annotated, NamedTuple

import torch

from graphs import Estimate, Keep, Known, Number, Preview, Progress, RunContext, Span, Steps, also, node
from nodes.contracts.context import Context
from nodes.contracts.program import Program
from nodes.contracts.query import Query
from nodes.contracts.reward import Reward
from nodes.contracts.sample import Sample
from nodes.contracts.table import Table
from nodes.search.best_of_n import scored
from nodes.search.refusing import refuse_population
from nodes.search.trail import Trail, best_of_each, pure, repeated


class Climbed(NamedTuple):
    """The best samples, the noise that they came of, and how good the best was for how many model rows."""

    best: Sample
    noise: Sample
    curve: Table


def cost(known: Known) -> Estimate:
    """The row itself, and the neighbours of every round."""
    rows, tried = known.input("noise").rows, known.number("iterations") * known.number("neighbours")
    each = known.input("program").each + known.asks("reward")
    return Estimate(nfe=rows * (Span.of(1) + tried) * each, rows=rows)


@node(cost=cost, also=("search.zero_order_noise",))
def zero_order(
    noise: Sample,
    program: Program,
    reward: Reward,
    *,
    iterations: Annotated[int, Number(integer=True, minimum=0, maximum=10000, work=True)] = 8,
    neighbours: Annotated[int, Number(integer=True, minimum=1, maximum=4096, work=True), also("neighbors", "n")] = 4,
    rho: Annotated[float, Number(minimum=0, maximum=100, step=0.01)] = 0.33,
    run: RunContext,
) -> Steps[Climbed]:
    """Zero-order search over noise (Ma et al. 2025, arXiv:2501.09732): climbing without gradients.

    The pivot n is the row's noise at first. Every round tries N neighbours n' = (n + rho z)/√(1 + rho²), which are
    standard normal too, all in one batch, and the best of them and the pivot is the next pivot; so its reward never
    falls. The similarity of n and n' is 1/√(1 + rho²), 0.95 by default (commonly given as such; not confirmed).
    Only the noise at the start differs: what a stochastic solver draws later is the row's own at every try. `noise` is
    what was found, to sample again with; `curve` tells the best reward by model rows spent. x [B, *event]. A run that
    was cut short goes on from its last round. Cost: 1 + iterations · N times the program's NFE, as many rewards.
    Errors: noise that is not pure and normal; tokens; a reward that compares rows, or gives NaN.
    """
    refuse_population(reward)
    ctx, begun = Context(run.meter), pure(noise).to(run.device)
    trail = run.kept.to(run.device) if isinstance(run.kept, Trail) else None
    for number in range(0 if trail is None else trail.history.shape[1], iterations + 1):
        yield Progress(number, iterations + 1)
        spent = ctx.meter.rows
        if trail is None:
            tried, start = program.run(begun, ctx), begun
            scores = scored(reward, tried, ctx)
            trail = Trail.begun(tried, start, scores, (ctx.meter.rows - spent) / len(noise.rows))
        else:
            start = around(trail.noise, neighbours, rho, number, ctx)
            tried = program.run(start, ctx)
            scores = scored(reward, tried, ctx).reshape(-1, neighbours)
            best = best_of_each(scores)
            each = (ctx.meter.rows - spent) / len(noise.rows)
            trail = trail.joined_by(tried.take(best), start.take(best), scores.flatten()[best], each)
        yield Preview(trail.best)
        yield Keep(trail)
    if trail is None:
        raise TypeError("there is at least one run")
    yield Progress(iterations + 1, iterations + 1)
    return Climbed(trail.best, trail.noise, trail.table())


def around(noise: Sample, count: int, rho: float, number: int, ctx: Context) -> Sample:
    """Neighbours of each row's noise, side by side, by draws of the row's own for the round of that number."""
    at = Query(noise.x, noise.s, noise.s, noise.rows, torch.full((len(noise.rows),), number, dtype=torch.int64))
    z = torch.stack([ctx.noise.normal(at, "zero_order", draw) for draw in range(count)], 1).flatten(0, 1)
    wide = repeated(noise, count)
    return replace(wide, x=(wide.x + rho * z) / math.sqrt(1 + rho * rho))
