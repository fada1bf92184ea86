"""One of several tries, drawn by the exponential of its reward."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import torch
from torch import Tensor

from graphs import Keep, Number, Preview, Progress, RunContext, Steps, also, data, node
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.population import siblings
from nodes.contracts.program import Program
from nodes.contracts.query import Query
from nodes.contracts.reward import Reward
from nodes.contracts.sample import Sample
from nodes.contracts.table import Table
from nodes.search.best_of_n import cost, replaced, scored
from nodes.search.potentials import tilt
from nodes.search.refusing import refuse_population
from nodes.search.resampling import effective_size, log_mean


class Resampled(NamedTuple):
    """The samples that were drawn, the candidates with their weights, and how many of them each row is worth."""

    sample: Sample
    rewards: Table
    weights: Table


@node(cost=cost, also=("search.sir",))
def importance_resampling(
    noise: Sample,
    program: Program,
    reward: Reward,
    *,
    candidates: Annotated[int, Number(integer=True, minimum=1, maximum=4096, work=True), also("n", "particles")] = 16,
    strength: Annotated[float, Number(minimum=0, maximum=1e6), also("lmbda")] = 1.0,
    run: RunContext,
) -> Steps[Resampled]:
    """Sampling importance resampling (Rubin 1987): one of N candidates, drawn by w = exp(strength · r).

    As N grows the sample's law becomes p(x) · exp(strength · r(x)); with N it is as far off as the effective size
    (Σ w)²/Σ w² is small. Candidate 0 of a row is the row itself, the others are siblings with noise of their own; they
    run one after the other, all rows [B, *event] at a time. Each brings a Gumbel number of the row's own to its
    strength · r, and the largest stays: at any time that is a draw from those that there are, and a run that was cut
    short goes on. `strength` 0 draws evenly. `rewards` has a line for each candidate, `weights` for each row its
    effective size and log (1/N) Σ w, which estimates log E exp(strength · r). Cost: N times the program's NFE, N
    rewards a row. Errors: a reward that compares rows with each other, or gives NaN.
    """
    refuse_population(reward)
    ctx = Context(run.meter)
    wide, rows = siblings(noise, candidates, "candidates"), torch.arange(len(noise.rows)) * candidates
    found = run.kept.to(run.device) if isinstance(run.kept, Drawn) else None
    for number in range(0 if found is None else found.scores.shape[1], candidates):
        yield Progress(number, candidates)
        tried = program.run(wide.take(rows + number).to(run.device), ctx)
        scores = scored(reward, tried, ctx)
        keys = tilts(scores, strength) + gumbel(noise, number, ctx)
        found = Drawn(tried, scores[:, None], keys) if found is None else found.joined_by(tried, scores, keys)
        yield Preview(found.sample)
        yield Keep(found)
    if found is None:
        raise TypeError("there is at least one candidate")
    yield Progress(candidates, candidates)
    return Resampled(found.sample, found.table(), weighed(found.scores, strength))


def gumbel(noise: Sample, number: int, ctx: Context) -> Tensor:
    """A Gumbel number of each row for its candidate of that number, [B] float64 on the CPU."""
    at = Query(noise.x, noise.s, noise.s, noise.rows, torch.zeros(len(noise.rows), dtype=torch.int64))
    uniforms = moved(ctx.noise.uniform(at, "importance_resampling", number, (1,))[:, 0], "cpu")
    return -torch.log(-torch.log(uniforms.clamp_min(torch.finfo(torch.float64).tiny)))


@data(colour="#8f7ad0")
class Drawn:
    """A draw so far: each row's sample, the scores [B, candidates] float64 of all, and the sample's key [B]."""

    sample: Sample
    scores: Tensor
    keys: Tensor

    def joined_by(self, tried: Sample, scores: Tensor, keys: Tensor) -> Drawn:
        """With one more candidate for each row."""
        better = (keys > self.keys).nonzero()[:, 0]
        sample = self.sample if not len(better) else replaced(self.sample, better, tried.take(better))
        return Drawn(sample, torch.cat([self.scores, scores[:, None]], 1), torch.maximum(keys, self.keys))

    def to(self, device: str) -> Drawn:
        """The same with its points on that device."""
        return Drawn(self.sample.to(device), self.scores, self.keys)

    def table(self) -> Table:
        """A line for each row and candidate."""
        rows, count = self.scores.shape
        return Table(
            (
                ("row", tuple(row for row in range(rows) for _ in range(count))),
                ("candidate", tuple(range(count)) * rows),
                ("reward", tuple(self.scores.flatten().tolist())),
            )
        )


def tilts(scores: Tensor, strength: float) -> Tensor:
    """The log weights; without strength all are 0, of −inf as well."""
    return tilt(scores, strength) if strength else torch.zeros_like(scores)


def weighed(scores: Tensor, strength: float) -> Table:
    """The effective size and the log normaliser of each row."""
    logs = tilts(scores, strength)
    return Table(
        (
            ("row", tuple(range(len(scores)))),
            ("effective size", tuple(effective_size(row) for row in logs)),
            ("log normaliser", tuple(log_mean(row) for row in logs)),
        )
    )
