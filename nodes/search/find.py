"""Fitting the law of the noise to a reward by policy gradients."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, NamedTuple

import torch
from torch import Tensor

from graphs import Estimate, Keep, Known, Number, Preview, Progress, RunContext, Span, Steps, also, data, node
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.program import Program
from nodes.contracts.query import Query
from nodes.contracts.reward import Reward
from nodes.contracts.sample import Sample
from nodes.contracts.table import Table
from nodes.search.best_of_n import scored
from nodes.search.refusing import refuse_population
from nodes.search.trail import best_of_each, pure, repeated


class Fitted(NamedTuple):
    """The noise of each row under the law that was fitted, its sample, and the mean reward of every round."""

    noise: Sample
    sample: Sample
    curve: Table


def cost(known: Known) -> Estimate:
    """All draws of every round, and the sample in the end."""
    rows, draws = known.input("noise").rows, known.number("iterations") * known.number("draws")
    each = known.input("program").each + known.asks("reward")
    return Estimate(nfe=rows * (draws + Span.of(1)) * each, rows=rows)


@node(cost=cost)
def find(
    noise: Sample,
    program: Program,
    reward: Reward,
    *,
    iterations: Annotated[int, Number(integer=True, minimum=0, maximum=10000, work=True)] = 10,
    draws: Annotated[int, Number(integer=True, minimum=2, maximum=4096, work=True), also("batch")] = 16,
    learning_rate: Annotated[float, Number(minimum=0, maximum=100, step=0.01), also("lr")] = 0.1,
    kl: Annotated[float, Number(minimum=0, maximum=1e6), also("beta")] = 0.1,
    epochs: Annotated[int, Number(integer=True, minimum=1, maximum=100)] = 1,
    clip: Annotated[float, Number(minimum=0.001, maximum=10), also("clip_range")] = 0.2,
    standardise: bool = True,
    run: RunContext,
) -> Steps[Fitted]:
    """FIND: fine-tuning the initial noise distribution by policy gradients (Chen et al. 2024, arXiv:2407.19453).

    Each row has a law N(μ, σ²) of its noise, coordinate by coordinate, N(0, 1) at first. A round draws n = μ + σ z,
    runs the program, and ascends E[A · min-clipped ratio] − kl · KL(N(μ, σ²) | N(0, 1)) by μ and log σ: the ratio
    q(n)/q_old(n) is held within 1 ± `clip`, which matters from the second of its `epochs` on, and the advantage A is
    the reward less its mean over the row's draws, over their deviation where `standardise` is on. Plain gradient steps
    of `learning_rate`; no gradient of program or reward is needed. `noise` [B, *event] is μ + σ ε of the row's own
    first ε, so with 0 iterations it is the noise itself. The best of a
    round's draws is shown; a run that was cut short goes on from its last round. Defaults are ours.
    Cost: iterations · draws + 1 times the program's NFE, as many rewards.
    Errors: noise that is not pure and normal; tokens; a reward that compares rows.
    """
    refuse_population(reward)
    ctx, begun = Context(run.meter), pure(noise).to(run.device)
    law, means = Law(torch.zeros_like(begun.x), torch.zeros_like(begun.x)), torch.zeros(len(begun.rows), 0).double()
    if isinstance(run.kept, Fitting):
        law, means = run.kept.law.to(run.device), run.kept.means
    for number in range(means.shape[1], iterations):
        yield Progress(number, iterations + 1)
        z = drawn(begun, draws, number, ctx)
        points = law.at(z)
        wide = replace(repeated(begun, draws), x=points.flatten(0, 1))
        tried = program.run(wide, ctx)
        rewards = scored(reward, tried, ctx).reshape(-1, draws)
        means = torch.cat([means, rewards.mean(1, keepdim=True)], 1)
        law = law.improved(points, advantages(rewards, standardise=standardise), Pace(learning_rate, kl, epochs, clip))
        yield Preview(tried.take(best_of_each(rewards)))
        yield Keep(Fitting(law, means))
    found = begun if not iterations else replace(begun, x=law.at(begun.x[:, None])[:, 0])
    sample = program.run(found, ctx)
    yield Progress(iterations + 1, iterations + 1)
    return Fitted(found, sample, tabulated(torch.cat([means, scored(reward, sample, ctx)[:, None]], 1)))


def drawn(noise: Sample, count: int, number: int, ctx: Context) -> Tensor:
    """Standard normals of each row for the round of that number, [B, count, *event]."""
    at = Query(noise.x, noise.s, noise.s, noise.rows, torch.full((len(noise.rows),), number, dtype=torch.int64))
    return torch.stack([ctx.noise.normal(at, "find", draw) for draw in range(count)], 1)


def advantages(rewards: Tensor, *, standardise: bool) -> Tensor:
    """Rewards [B, K] less their mean, over their deviation where that is wanted."""
    apart = rewards - rewards.mean(1, keepdim=True)
    return apart / (apart.square().mean(1, keepdim=True).sqrt() + 1e-8) if standardise else apart


@dataclass(frozen=True)
class Pace:
    """How far a round moves the law."""

    learning_rate: float
    kl: float
    epochs: int
    clip: float


@data(colour="#8f7ad0")
class Law:
    """N(mean, exp(log_std)²) for each row and coordinate, [B, *event]."""

    mean: Tensor
    log_std: Tensor

    def at(self, z: Tensor) -> Tensor:
        """The points of standard normals [B, K, *event]."""
        return self.mean[:, None] + self.log_std.exp()[:, None] * z

    def improved(self, points: Tensor, advantage: Tensor, pace: Pace) -> Law:
        """After the epochs of one round, by the gradients in closed form."""
        new, weight = self, advantage.to(points.device).to(points.dtype)
        old = self.log_prob(points)
        for _ in range(pace.epochs):
            ratio = torch.exp(new.log_prob(points) - old)
            held = torch.where(weight > 0, ratio < 1 + pace.clip, ratio > 1 - pace.clip)
            share = (weight * ratio * held).reshape(*weight.shape, *(1,) * (points.ndim - 2)) / weight.shape[1]
            z = (points - new.mean[:, None]) / new.log_std.exp()[:, None]
            by_mean = (share * z).sum(1) / new.log_std.exp() - pace.kl * new.mean
            by_std = (share * (z.square() - 1)).sum(1) - pace.kl * (torch.exp(2 * new.log_std) - 1)
            new = Law(new.mean + pace.learning_rate * by_mean, new.log_std + pace.learning_rate * by_std)
        return new

    def log_prob(self, points: Tensor) -> Tensor:
        """The log density of points [B, K, *event] but for a constant, [B, K]."""
        z = (points - self.mean[:, None]) / self.log_std.exp()[:, None]
        return -(z.square() / 2 + self.log_std[:, None]).flatten(2).sum(2)

    def to(self, device: str) -> Law:
        """The same on that device."""
        return Law(moved(self.mean, device), moved(self.log_std, device))


@data(colour="#8f7ad0")
class Fitting:
    """The law so far, and the mean rewards [B, rounds] float64 of the rounds that it took, on the CPU."""

    law: Law
    means: Tensor


def tabulated(scores: Tensor) -> Table:
    """A line for each row and round [B, rounds]: the mean reward of its draws, last that of the sample."""
    rows, rounds = scores.shape
    return Table(
        (
            ("row", tuple(row for row in range(rows) for _ in range(rounds))),
            ("round", tuple(range(rounds)) * rows),
            ("reward", tuple(scores.flatten().tolist())),
        )
    )
