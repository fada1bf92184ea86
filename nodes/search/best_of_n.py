"""The best of several tries."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, NamedTuple

import torch
from torch import Tensor

from graphs import Estimate, Keep, Known, Number, Preview, Progress, RunContext, Steps, also, data, node
from nodes.contracts.context import Context
from nodes.contracts.devices import put_rows
from nodes.contracts.population import siblings
from nodes.contracts.program import Program
from nodes.contracts.reward import Reward, finite_scores, score
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.table import Table
from nodes.search.refusing import refuse_population


class Found(NamedTuple):
    """The best samples, and the rewards of all candidates."""

    best: Sample
    rewards: Table


def cost(known: Known) -> Estimate:
    """The program's cost and the reward's of each row, for every candidate."""
    rows, each = known.input("noise").rows, known.input("program").each + known.asks("reward")
    return Estimate(nfe=known.number("candidates") * rows * each, rows=rows)


@node(cost=cost)
def best_of_n(
    noise: Sample,
    program: Program,
    reward: Reward,
    *,
    candidates: Annotated[int, Number(integer=True, minimum=1, maximum=4096, work=True), also("n")] = 8,
    run: RunContext,
) -> Steps[Found]:
    """Best-of-N: sample every row several times, and keep what the reward likes best.

    Candidate 0 of a row is the row itself; the others have lineages of their own, and so noise of their own where the
    row is pure noise. Candidate i is the same whatever `candidates` is: more of them can only be better, and 1 is
    plain sampling, bitwise. Of equal rewards the first wins. They run one after the other, all rows [B, *event] at a
    time; `rewards` is a table with a line for each row and candidate. A run that was cut short goes on from the last
    whole candidate. For normal rewards of deviation σ the best of N is expected at mean + σ · 0.56 (N = 2), 1.03 (4),
    1.42 (8), 1.77 (16). Cost: N times the program's NFE, N rewards a row.
    Errors: a reward that compares rows with each other, or gives NaN.
    Source: also "random search" in Ma et al. 2025 (arXiv:2501.09732).
    """
    refuse_population(reward)
    ctx = Context(run.meter)
    kept = run.kept if isinstance(run.kept, Searched) else None
    wide = siblings(noise, candidates, "candidates")
    rows = torch.arange(len(noise.rows)) * candidates
    found = None if kept is None else kept.to(run.device)
    for number in range(0 if found is None else found.scores.shape[1], candidates):
        yield Progress(number, candidates)
        tried = program.run(wide.take(rows + number).to(run.device), ctx)
        scores = scored(reward, tried, ctx)
        found = Searched(tried, scores[:, None]) if found is None else found.joined_by(tried, scores)
        yield Preview(found.best)
        yield Keep(found)
    if found is None:
        raise TypeError("there is at least one candidate")
    yield Progress(candidates, candidates)
    return Found(found.best, tabulated(found.scores))


def scored(reward: Reward, tried: Sample, ctx: Context) -> Tensor:
    """The scores of finished samples, on the CPU."""
    with torch.no_grad():
        return finite_scores(score(reward, tried, ctx))


@data(colour="#8f7ad0")
class Searched:
    """A search so far: the best of each row, and the scores [B, candidates] float64 of all, on the CPU."""

    best: Sample
    scores: Tensor

    def joined_by(self, tried: Sample, scores: Tensor) -> Searched:
        """With one more candidate for each row."""
        better = (scores > self.scores.max(1).values).nonzero()[:, 0]
        best = self.best if not len(better) else replaced(self.best, better, tried.take(better))
        return Searched(best, torch.cat([self.scores, scores[:, None]], 1))

    def to(self, device: str) -> Searched:
        """The same with its points on that device."""
        return Searched(self.best.to(device), self.scores)


def tabulated(scores: Tensor) -> Table:
    """A line for each row and candidate of scores [B, candidates]; `chosen` is 1 for the one that was kept."""
    rows, count = scores.shape
    numbers = torch.arange(count).expand(rows, count)
    return Table(
        (
            ("row", tuple(row for row in range(rows) for _ in range(count))),
            ("candidate", tuple(numbers.flatten().tolist())),
            ("reward", tuple(scores.flatten().tolist())),
            ("chosen", tuple((numbers == first_best(scores)[:, None]).long().flatten().tolist())),
        )
    )


def first_best(scores: Tensor) -> Tensor:
    """The number of each row's best of scores [B, N], the first of equals."""
    numbers = torch.arange(scores.shape[1]).expand_as(scores)
    return torch.where(scores == scores.max(1, keepdim=True).values, numbers, scores.shape[1]).min(1).values


def replaced(sample: Sample, index: Tensor, part: Sample) -> Sample:
    """The sample with the rows at these positions replaced by those of `part`, with their lineage."""
    return replace(
        sample,
        x=put_rows(sample.x, index, part.x),
        s=sample.s.index_copy(0, index, part.s),
        rows=Rows(
            sample.rows.seed.index_copy(0, index, part.rows.seed),
            sample.rows.origin.index_copy(0, index, part.rows.origin),
        ),
        aux={name: put_rows(entry, index, part.aux[name]) for name, entry in sample.aux.items()},
    )
