"""Successive halving: many are begun, and the worse half is given up again and again."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Annotated

import torch
from torch import Tensor

from graphs import (
    Estimate,
    Fraction,
    Keep,
    Known,
    Number,
    Preview,
    Progress,
    RunContext,
    Span,
    Steps,
    also,
    data,
    node,
)
from nodes.contracts.context import Context
from nodes.contracts.driving import advance, of_its_law
from nodes.contracts.population import siblings
from nodes.contracts.program import Program
from nodes.contracts.reward import Reward
from nodes.contracts.sample import Sample
from nodes.contracts.state import State
from nodes.search.best_of_n import Found, scored, tabulated
from nodes.search.refusing import refuse_population, stepped


def cost(known: Known) -> Estimate:
    """Between one candidate and all of them to the end."""
    rows, each = known.input("noise").rows, known.input("program").each
    asked = each * Span(1, known.number("candidates").high) + known.asks("reward") * Span(1, math.inf)
    return Estimate(nfe=rows * asked, rows=rows)


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
    plain sampling, bitwise. What the best of each row would become is shown, the row itself until any was looked at; a
    run that was cut short goes on from its last step.
    Cost: the program's NFE for those that are left at each step; a reward each time.
    Errors: a program without steps; a reward that compares rows, or gives NaN.
    """
    refuse_population(reward)
    (model, solver, levels), ctx = stepped(program), Context(run.meter)
    whole = len(levels)
    rungs = rungs_of(whole, first) if candidates > 1 else frozenset[int]()
    if isinstance(run.kept, Field):
        field = run.kept.to(run.device)
    else:
        with torch.no_grad():
            begin = siblings(of_its_law(noise, model), candidates, "candidates").to(run.device)
            field = Field.of(solver.start(begin, levels, ctx), candidates)
    for step in range(field.position, whole):
        yield Progress(step, whole)
        with torch.no_grad():
            if step in rungs and field.left.shape[1] > 1:
                field = field.judged(scored(reward, field.state.guess(), ctx))
                field = field.thinned(max(1, int(field.left.shape[1] * keep)))
            state = advance(model, solver, field.state, levels.of(field.state.rows)[step + 1], ctx)
            field = replace(field, position=step + 1, state=state)
        yield Preview(field.thinned(1).state.guess())
        yield Keep(field)
    with torch.no_grad():
        state = field.state
        field = field.judged(scored(reward, Sample(state.x, state.s, state.space, state.rows), ctx))
        found = solver.finish(field.thinned(1).state, ctx)
    yield Progress(whole, whole)
    return Found(found, tabulated(field.scores))


@data(colour="#8f7ad0")
class Field:
    """Who is still in it: their `state` after `position` steps, row by row.

    `left` [B, k] says which of each row's candidates they are, `scores` [B, candidates] float64 are those of all when
    they were last looked at, 0 before. Numbers on the CPU.
    """

    position: int
    state: State
    left: Tensor
    scores: Tensor

    @staticmethod
    def of(state: State, candidates: int) -> Field:
        """All of them, none of which was looked at."""
        left = torch.arange(candidates).expand(len(state.rows) // candidates, candidates)
        return Field(0, state, left, torch.zeros(left.shape, dtype=torch.float64))

    def judged(self, scores: Tensor) -> Field:
        """With the scores of those that are left."""
        return replace(self, scores=self.scores.scatter(1, self.left, scores.reshape(self.left.shape)))

    def thinned(self, count: int) -> Field:
        """The best of each row, so many, in their order; of equals the first."""
        order = torch.sort(self.scores.gather(1, self.left), dim=1, descending=True, stable=True).indices
        kept = order[:, :count].sort(1).values
        index = (kept + torch.arange(len(kept))[:, None] * self.left.shape[1]).flatten()
        return replace(self, state=self.state.take(index), left=self.left.gather(1, kept))

    def to(self, device: str) -> Field:
        """The same with its points on that device."""
        return replace(self, state=self.state.to(device))


def rungs_of(steps: int, first: float) -> frozenset[int]:
    """After which steps candidates are given up: after the first share, then each halfway through what is left."""
    place, found = max(1, round(first * steps)), set[int]()
    while place < steps:
        found.add(place)
        place += max(1, (steps - place) // 2)
    return frozenset(found)
