"""One noise for all inputs: the best boundary condition of a probability flow."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import torch

from graphs import Keep, Number, Preview, Progress, RunContext, Steps, also, data, node
from nodes.contracts.context import Context
from nodes.contracts.devices import take_rows
from nodes.contracts.population import siblings
from nodes.contracts.program import Program
from nodes.contracts.reward import Reward
from nodes.contracts.sample import Sample
from nodes.contracts.table import Table
from nodes.search.best_of_n import cost, scored
from nodes.search.refusing import refuse_population
from nodes.search.trail import pure


class Shared(NamedTuple):
    """The noise that is best for all rows, the same in each; the samples of it; the mean reward of every candidate."""

    noise: Sample
    sample: Sample
    rewards: Table


@node(cost=cost, also=("search.optimal_boundary_condition",))
def boundary_condition(
    noise: Sample,
    program: Program,
    reward: Reward,
    *,
    candidates: Annotated[int, Number(integer=True, minimum=1, maximum=100000, work=True), also("k")] = 100,
    run: RunContext,
) -> Steps[Shared]:
    """The optimal boundary condition of a flow (Ma et al. 2023, arXiv:2305.15357): one noise that serves all inputs.

    For a model of conditions, as super-resolution, and a solver that draws nothing: candidate k is one noise n_k, given
    to all B rows, whose conditions, measurements or targets differ by origin; n* = argmax over k of the mean reward
    (1/B) Σ r(Φ(n_k, y_b)), the first of equals. `noise` [B, *event] holds n* in every row, to be used for other inputs
    too: it was the best where it was found, and elsewhere is a guess. The first candidate is the noise of
    the first row, the others are its siblings. `rewards` has a line for each. A run that was cut short goes on.
    Cost: K times the program's NFE, K rewards a row.
    Errors: noise that is not pure and normal; tokens; a reward that compares rows, or gives NaN.
    """
    refuse_population(reward)
    ctx, begun = Context(run.meter), pure(noise)
    first = torch.zeros(len(begun.rows), dtype=torch.int64)
    wide = siblings(begun.take(first[:1]), candidates, "candidates")
    found = run.kept.to(run.device) if isinstance(run.kept, Calibrated) else None
    for number in range(0 if found is None else len(found.means), candidates):
        yield Progress(number, candidates)
        tried = Sample(take_rows(wide.x, first + number), begun.s, begun.space, begun.rows).to(run.device)
        ended = program.run(tried, ctx)
        mean = float(scored(reward, ended, ctx).mean())
        found = Calibrated(tried, ended, (mean,)) if found is None else found.joined_by(tried, ended, mean)
        yield Preview(found.sample)
        yield Keep(found)
    if found is None:
        raise TypeError("there is at least one candidate")
    yield Progress(candidates, candidates)
    best = found.means.index(max(found.means))
    columns = (
        ("candidate", tuple(range(candidates))),
        ("mean reward", found.means),
        ("chosen", tuple(int(number == best) for number in range(candidates))),
    )
    return Shared(found.noise, found.sample, Table(columns))


@data(colour="#8f7ad0")
class Calibrated:
    """A search so far: the best noise, the samples of it, and the mean rewards of all candidates."""

    noise: Sample
    sample: Sample
    means: tuple[float, ...]

    def joined_by(self, noise: Sample, sample: Sample, mean: float) -> Calibrated:
        """With one more candidate."""
        means = (*self.means, mean)
        return (
            Calibrated(noise, sample, means) if mean > max(self.means) else Calibrated(self.noise, self.sample, means)
        )

    def to(self, device: str) -> Calibrated:
        """The same with its points on that device."""
        return Calibrated(self.noise.to(device), self.sample.to(device), self.means)
