"""Denoising Langevin–Gibbs: a chain over points and noise levels together."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Annotated, Literal, NamedTuple, TypeAlias

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, Number, Preview, Progress, RunContext, Steps, needs, node
from nodes.contracts.asking import predict
from nodes.contracts.context import Context
from nodes.contracts.devices import moved, take_rows
from nodes.contracts.levels import alpha_sigma, beside, factor
from nodes.contracts.model import Model
from nodes.contracts.query import Query
from nodes.contracts.reward import Reward, finite_scores, score
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample

Choice: TypeAlias = Literal["sample", "argmax"]
Sigma: TypeAlias = Annotated[float, Number(minimum=1e-6, maximum=1e6, scale="log")]


class Chained(NamedTuple):
    """Each row's state of the lowest level that it came to, and its last one, to go on from."""

    lowest: Sample
    chain: Sample


def cost(known: Known) -> Estimate:
    """A question a row for each move."""
    rows, moves = known.input("sample").rows, known.number("burn_in") + known.number("moves")
    return Estimate(nfe=rows * moves * known.input("model").each, rows=rows)


@node(cost=cost, also=("solver.dmcmc",))
def dlg(
    sample: Sample,
    model: Model,
    density: Annotated[Reward, needs("noisy")],
    *,
    eta: Annotated[float, Number(minimum=1e-9, maximum=1e6)] = 0.5,
    burn_in: Annotated[int, Number(integer=True, minimum=0, maximum=100000, work=True)] = 10,
    moves: Annotated[int, Number(integer=True, minimum=1, maximum=100000, work=True)] = 10,
    choice: Choice = "sample",
    classes: Annotated[int, Number(integer=True, minimum=2, maximum=10000)] = 1000,
    sigma_min: Sigma = 0.01,
    sigma_max: Sigma = 50.0,
    start_sigma: Sigma = 0.5,
    run: RunContext,
) -> Steps[Chained]:
    """Denoising MCMC by Langevin–Gibbs (Kim & Ye 2022, arXiv:2209.14593): a Markov chain over (y, s), y = x0 + s ε.

    Moves in turn: y ← y + ½ e ∇ log p_s(y) + √e z with the model's score (x0 − y)/s² and e = min(`eta`, s²); then s is
    drawn from p(s | y) ∝ p_s(y) over `classes` levels, even in log s from sigma_min to sigma_max, or is their "argmax".
    p_s is `density`, a reward that reads noisy points and scores log p, as reward.log_likelihood: the exact classifier
    of noise levels. So states are visited with p(s) p_s(y), s even in its log, and where the chain has come down a
    solver has only the rest of the way to go: `lowest` is each row's state of the smallest s in the last `moves`,
    [B, *event] at levels of their own; levels.below cuts a grid for them, solver.sample ends them. `chain` is the last
    state, with a lineage of its own, to go on from for the next samples, without `burn_in`. Data (s = 0) enter with
    noise of `start_sigma`, pure noise at sigma_max, all else at its level. Langevin's moves have a bias of order e, and
    large s mix slowly. To keep the lowest state, as the paper does, prefers where the chain comes down easily: on an
    exact mixture its law is then off by several times what that of `chain` is, which goes to levels.below as well.
    The minimum with s² is ours: a longer move overshoots. As the level is drawn by the numbers, each move waits for
    the device.
    Cost: burn_in + moves model rows for each row, and `classes` rewards with each.
    Errors: a density that does not read noise, or gives NaN; tokens; levels by place; sigma_min not below sigma_max.
    """
    check(sample, sigma_min, sigma_max)
    grid = torch.exp(torch.linspace(math.log(sigma_min), math.log(sigma_max), classes, dtype=torch.float64))
    walker = Walker(model, density, grid, eta, choice, Context(run.meter))
    point = walker.entered(sample.to(run.device), start_sigma)
    lowest, count = point, burn_in + moves
    for number in range(count):
        yield Progress(number, count)
        with torch.no_grad():
            point = walker.moved(point)
        lowest = point if number <= burn_in else lower(lowest, point)
        yield Preview(point.sample)
    last = point.sample
    return Chained(lowest.sample, replace(last, rows=last.rows.fork(1, "dlg")))


@dataclass(frozen=True)
class Point:
    """Where the chains are, one a row, after `step` [B] moves each: it draws for them."""

    sample: Sample
    step: Tensor

    @property
    def x(self) -> Tensor:
        """The points."""
        return self.sample.x

    @property
    def rows(self) -> Rows:
        """The lineages."""
        return self.sample.rows


@dataclass(frozen=True)
class Walker:
    """What decides the moves; `grid` [G] float64 are the levels that there are."""

    model: Model
    density: Reward
    grid: Tensor
    eta: float
    choice: Choice
    ctx: Context

    def entered(self, sample: Sample, start_sigma: float) -> Point:
        """The first state: data with noise, pure noise at the highest level."""
        point = Point(sample, torch.zeros(len(sample.rows), dtype=torch.int64))
        level = torch.where(sample.s == 0, start_sigma, sample.s).clamp(max=float(self.grid[-1]))
        alpha, sigma = alpha_sigma(level)
        noise = self.ctx.noise.normal(point, "dlg_start")
        begun = factor(alpha, sample.x) * sample.x + factor(sigma, sample.x) * noise
        pure = factor(sigma, sample.x) * sample.x
        x = torch.where(beside(sample.s == 0, sample.x), begun, sample.x)
        return replace(point, sample=replace(sample, x=torch.where(beside(torch.isinf(sample.s), x), pure, x), s=level))

    def moved(self, point: Point) -> Point:
        """One move of Langevin's at the level, then the level given the point."""
        sample = point.sample
        q = Query(sample.x, sample.s, sample.s, sample.rows, point.step)
        x0 = predict(self.model, q, self.ctx).x0
        square = sample.s.square()
        length, norm = square.clamp(max=self.eta), torch.sqrt(1 + square)
        y = factor(norm, x0) * sample.x
        z = self.ctx.noise.normal(point, "dlg")
        y = y + factor(length / square / 2, x0) * (x0 - y) + factor(torch.sqrt(length), x0) * z
        s = self.grid[self.classified(replace(point, sample=replace(sample, x=y)))]
        return Point(replace(sample, x=factor(1 / torch.sqrt(1 + s.square()), y) * y, s=s), point.step + 1)

    def classified(self, point: Point) -> Tensor:
        """Which level each y [B, *event] has, [B] on the CPU: p(s | y) ∝ p_s(y), p of x times its volume."""
        y, count = point.x, len(self.grid)
        index = torch.arange(len(y)).repeat_interleave(count)
        s = self.grid.repeat(len(y))
        norm = torch.sqrt(1 + s.square())
        noised = Sample(factor(1 / norm, y) * take_rows(y, index), s, point.sample.space, point.rows.take(index))
        logs = finite_scores(score(self.density, noised, self.ctx)) - y[0].numel() * torch.log(norm)
        logits = logs.reshape(len(y), count)
        if self.choice == "argmax":
            return logits.argmax(1)
        return moved(self.ctx.noise.categorical(point, moved(logits, str(y.device)), "dlg_level"), "cpu")


def lower(one: Point, other: Point) -> Point:
    """Row by row the state of the lower level; of equal ones the first."""
    better = other.sample.s < one.sample.s
    x = torch.where(beside(better, one.x), other.x, one.x)
    return replace(one, sample=replace(one.sample, x=x, s=torch.minimum(one.sample.s, other.sample.s)))


def check(sample: Sample, sigma_min: float, sigma_max: float) -> None:
    """`InputError` where there is no chain."""
    if sample.space.vocabulary or sample.s.ndim > 1:
        raise InputError(
            "a chain goes over points of real numbers, each row at one level",
            where="sample",
            given=sample.describe() + (" (tokens)" if sample.space.vocabulary else ""),
        )
    if sigma_min >= sigma_max:
        raise InputError(
            "sigma_min is not below sigma_max",
            given=f"sigma_min {sigma_min:g}, sigma_max {sigma_max:g}",
            mend="lower sigma_min or raise sigma_max",
        )
