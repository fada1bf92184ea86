"""Rollover budget forcing: at each step tries until one is better, and what is saved is there for later steps."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, NamedTuple

import torch
from torch import Tensor

from graphs import Estimate, Keep, Known, Number, Preview, Progress, RunContext, Span, Steps, also, data, node
from nodes.contracts.context import Context
from nodes.contracts.driving import of_its_law
from nodes.contracts.kernel import GaussianKernel, Kernel
from nodes.contracts.levels import any_place
from nodes.contracts.program import Parts, Program
from nodes.contracts.reward import Reward
from nodes.contracts.sample import Sample
from nodes.contracts.solver import look
from nodes.contracts.state import State
from nodes.contracts.table import Table
from nodes.search.best_of_n import scored
from nodes.search.refusing import refuse_population, stepped


class Forced(NamedTuple):
    """The samples, and for each row and step how many were tried and how good the one is that went on."""

    sample: Sample
    curve: Table


def cost(known: Known) -> Estimate:
    """At most the quota at every step; at least one try."""
    rows, each = known.input("noise").rows, known.input("program").each
    asked = each * Span(1, known.number("quota").high) + known.asks("reward") * Span(1, math.inf)
    return Estimate(nfe=rows * asked, rows=rows)


@node(cost=cost, also=("search.rbf",))
def rollover_budget(
    noise: Sample,
    program: Program,
    reward: Reward,
    *,
    quota: Annotated[int, Number(integer=True, minimum=1, maximum=4096, work=True), also("q")] = 4,
    run: RunContext,
) -> Steps[Forced]:
    """Rollover budget forcing, RBF (Kim et al. 2025, arXiv:2503.19385), for programs whose solver draws.

    From each state next ones are drawn from the solver's kernel, one after the other, and scored by r of the x0 that is
    predicted at them, at the end by r(x). The first that is better than the state that it comes of goes on, and what is
    left of the step's quota Q rolls over to the next; else the best that was tried goes on. The prediction that scores
    a state is the one that its step begins with, so no row costs more than Q · N model rows over N steps. Rows
    [B, *event] are tried side by side, each until its own is found. Flows are solved by an SDE with
    solver.stochastic around their solver (kind "flow"). `quota` 1 is the program itself, bitwise. Tokens too.
    `curve` has a line for each row and step. What the sample would become is shown; a run that was cut short goes on
    from its last step. Cost: at most Q times the program's NFE; a reward for each try.
    Errors: a program without steps, or that draws nothing; a reward that compares rows, or gives NaN.
    """
    refuse_population(reward)
    parts, ctx = stepped(program, stochastic=True), Context(run.meter)
    if isinstance(run.kept, Walked):
        walked = run.kept.to(run.device)
    else:
        with torch.no_grad():
            begun = parts.solver.start(of_its_law(noise, parts.model).to(run.device), parts.levels, ctx)
        none = torch.zeros(len(begun.rows), 0)
        walked = Walked(begun, torch.zeros(len(begun.rows), dtype=torch.int64), none.long(), none.double())
    walk, whole = Walk(parts, reward, quota, ctx), len(parts.levels)
    for step in walk.steps(walked):
        yield Progress(walked.tries.shape[1], whole)
        yield Preview(step.state.guess())
        yield Keep(step)
        walked = step
    with torch.no_grad():
        ended = parts.solver.finish(walked.state, ctx)
    yield Progress(whole, whole)
    return Forced(ended, tabulated(walked.tries, walked.scores))


@data(colour="#8f7ad0")
class Walked:
    """The way so far: the `state`, how much of its quotas each row has `left` [B], and for each of the steps made how
    many it tried and how good the one is that went on, `tries` int64 and `scores` float64 [B, steps], on the CPU.
    """

    state: State
    left: Tensor
    tries: Tensor
    scores: Tensor

    def to(self, device: str) -> Walked:
        """The same with its points on that device."""
        return replace(self, state=self.state.to(device))


@dataclass(frozen=True)
class Walk:
    """What decides the steps."""

    parts: Parts
    reward: Reward
    quota: int
    ctx: Context

    def steps(self, walked: Walked) -> Iterator[Walked]:
        """The way after each step that is still to be made."""
        levels = self.parts.levels.of(walked.state.rows)
        for number in range(walked.tries.shape[1] + 1, len(levels)):
            after = levels[number + 1] if number + 1 < len(levels) else None
            state, left = walked.state, walked.left + self.quota
            with torch.no_grad():  # never around a yield, which would switch gradients off for who waits for it
                if number == 1:
                    state, best = self.judged(state, levels[number])
                else:
                    best = walked.scores[:, -1]
                state, tries, best = self.step(state, levels[number], after, left, best)
            together = [
                torch.cat(parts, 1) for parts in ((walked.tries, tries[:, None]), (walked.scores, best[:, None]))
            ]
            walked = Walked(state, left - tries, together[0], together[1])
            yield walked

    def judged(self, state: State, to: Tensor | None) -> tuple[State, Tensor]:
        """The state, looked at on the way to level `to`, and its scores; at the end it is scored itself."""
        if to is None:
            ended = Sample(state.x, state.s, state.space, state.rows)
            return state, scored(self.reward, ended, self.ctx)
        state, _ = look(self.parts.model, state, to, self.ctx)
        return state, scored(self.reward, state.guess(), self.ctx)

    def step(
        self, state: State, s_next: Tensor, after: Tensor | None, left: Tensor, before: Tensor
    ) -> tuple[State, Tensor, Tensor]:
        """One step: tries of the rows that have found nothing better and have some left."""
        kernel = self.parts.solver.kernel(self.parts.model, state, s_next, self.ctx)
        left = torch.where(draws(kernel), left, 1)
        chosen, best = self.judged(kernel.at(kernel.sample(self.ctx)), after)
        tries = torch.ones_like(left)
        while True:
            index = ((best <= before) & (tries < left)).nonzero()[:, 0]
            if not len(index):
                return chosen, tries, best
            number = int(tries[index[0]])  # every row that goes on has tried as often
            drawn = kernel.at(kernel.sample(self.ctx, number)).take(index)
            tried, scores = self.judged(drawn, None if after is None else after[index])
            tries[index] += 1
            better = scores > best[index]
            won = better.nonzero()[:, 0]
            if len(won):
                chosen = chosen.put(index[won], tried.take(won))
                best = best.index_copy(0, index[won], scores[won])


def draws(kernel: Kernel) -> Tensor:
    """Which rows of a kernel draw at all, [B]; the last step of most solvers to data does not."""
    if isinstance(kernel, GaussianKernel):
        return any_place(kernel.std != 0)
    return torch.ones(len(kernel.mean), dtype=torch.bool)


def tabulated(tries: Tensor, scores: Tensor) -> Table:
    """A line for each row and step; `nfe` are the model rows of the row so far, the last tries being free."""
    rows, steps = tries.shape
    paid = torch.cat([torch.ones(rows, 1, dtype=torch.int64), tries[:, :-1]], 1).cumsum(1)
    spent = torch.cat([paid[:, 1:], paid[:, -1:]], 1)
    return Table(
        (
            ("row", tuple(row for row in range(rows) for _ in range(steps))),
            ("step", tuple(range(1, steps + 1)) * rows),
            ("tries", tuple(tries.flatten().tolist())),
            ("nfe", tuple(spent.flatten().tolist())),
            ("reward", tuple(scores.flatten().tolist())),
        )
    )
