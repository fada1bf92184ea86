"""Successive halving: many are begun, and the worse half is given up again and again."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor

from graphs import Estimate, Fraction, Known, Number, Preview, Progress, RunContext, Span, Steps, also, node
from nodes.contracts.context import Context
from nodes.contracts.driving import advance, of_its_law
from nodes.contracts.population import siblings
from nodes.contracts.program import Program
from nodes.contracts.reward import Reward, finite_scores, score
from nodes.contracts.sample import Sample
from nodes.contracts.state import State
from nodes.search.best_of_n import Found
from nodes.search.paths import tabulated
from nodes.search.refusing import refuse_population, stepped


def cost(known: Known) -> Estimate:
    """Between one candidate and all of them to the end."""
    rows, each = known.input("noise").rows, known.input("program").each
    return Estimate(nfe=rows * each * Span(1, known.number("candidates").high), rows=rows)


@node(cost=cost, also=("search.halving",))
def successive_halving(
    noise: Sample,
    program: Program,
    reward: Reward,
    *,
    candidates: Annotated[int, Number(integer=True, minimum=1, maximum=4096, work=True), also("n")] = 8,
    first: Fraction = 0.3,
    keep: Annotated[float, Number(minimum=0.01, maximum=0.99, step=0.01)] = 0.5,
    run: RunContext,
) -> Steps[Found]:
    """Best-of-N that gives up early (successive halving, Jamieson & Talwalkar 2016, arXiv:1502.07943).

    N siblings of each row are solved side by side over the `first` share of the program's steps; there, and after each
    further step that halves what is left of the steps, the share `keep` of them (at least one) with the highest
    r(x0 as last predicted) goes on, and at the end the best by r(x) is the sample. Where r of the prediction orders the
    candidates as r(x) will, that is search.best_of_n for a part of the NFE. Candidate i is the one of search.best_of_n.
    `rewards` are those of all candidates when they were last looked at. Tokens and points [B, *event]. 1 candidate is
    plain sampling, bitwise. Cost: the program's NFE for those that are left at each step; a reward each time.
    Errors: a program without steps; a reward that compares rows, or gives NaN.
    """
    refuse_population(reward)
    (model, solver, levels), ctx = stepped(program), Context(run.meter)
    whole = len(levels)
    rungs = rungs_of(whole, first) if candidates > 1 else frozenset[int]()
    with torch.no_grad():
        begin = siblings(of_its_law(noise, model), candidates, "candidates").to(run.device)
        state = solver.start(begin, levels, ctx)
    left = torch.arange(len(noise.rows) * candidates).reshape(len(noise.rows), candidates)
    last = torch.zeros(left.numel(), dtype=torch.float64)
    for step in range(whole):
        yield Progress(step, whole)
        with torch.no_grad():
            if step in rungs and left.shape[1] > 1:
                scores = scored(reward, state.guess(), ctx)
                last[left.flatten()] = scores
                state, left = thinned(state, left, scores, max(1, int(left.shape[1] * keep)))
            state = advance(model, solver, state, levels.of(state.rows)[step + 1], ctx)
        yield Preview(state.guess())
    with torch.no_grad():
        ended = Sample(state.x, state.s, state.space, state.rows)
        last[left.flatten()] = scores = scored(reward, ended, ctx)
        state, left = thinned(state, left, scores, 1)
        found = solver.finish(state, ctx)
    yield Progress(whole, whole)
    return Found(found, tabulated(last.reshape(len(noise.rows), -1)))


def rungs_of(steps: int, first: float) -> frozenset[int]:
    """After which steps candidates are given up: after the first share, then each halfway through what is left."""
    place, found = max(1, round(first * steps)), set[int]()
    while place < steps:
        found.add(place)
        place += max(1, (steps - place) // 2)
    return frozenset(found)


def scored(reward: Reward, sample: Sample, ctx: Context) -> Tensor:
    """The scores, on the CPU."""
    return finite_scores(score(reward, sample, ctx))


def thinned(state: State, left: Tensor, scores: Tensor, count: int) -> tuple[State, Tensor]:
    """The best of each row, so many, in their order, and which they are; of equals the first."""
    ways = scores.reshape(left.shape)
    kept = torch.sort(ways, dim=1, descending=True, stable=True).indices[:, :count].sort(1).values
    index = (kept + torch.arange(len(ways))[:, None] * ways.shape[1]).flatten()
    return state.take(index), left.gather(1, kept)
