"""The law that a stochastic solver ends with on normal data, without a single random number.

On N(mean, variance) a model's answers are affine in the point, so where a solver is made of answers its sample is an
affine function of the first point and of all that it draws. One row is sampled with all of these 0, and for each of
them one with it at 1: the differences are the coefficients, and the sum of their squares is the variance.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from graphs.running.context import Meter
from nodes.contracts.context import Context
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels, beside
from nodes.contracts.model import Leaf
from nodes.contracts.noise import CounterNoise, Drawing
from nodes.contracts.query import Prediction, Query
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.space import Space

MEANS = torch.tensor([0.7, -0.4, 1.5], dtype=torch.float64)
VARIANCES = torch.tensor([0.05, 0.4, 1.8], dtype=torch.float64)


class Independent(Leaf):
    """Three coordinates, each normal by itself, narrower and wider than 1."""

    space = Space("line", (3,))

    def cost(self, s: float) -> float:
        """One row."""
        return 1

    def predict(self, q: Query, ctx: Context) -> Prediction:
        """E[x0 | x] = (v y + s² m)/(v + s²), y = x √(1 + s²)."""
        square = beside(q.s, q.x).square()
        y = q.x * torch.sqrt(1 + square)
        return Prediction((VARIANCES * y + square * MEANS) / (VARIANCES + square))


class Probing(CounterNoise):
    """Noise that is 0, but 1 in one draw for each row but the first: row k + 1 has the k-th draw of the run."""

    def __init__(self) -> None:
        self.number: dict[tuple[str, int, int], int] = {}

    def normal(self, at: Drawing, purpose: str, draw: int = 0) -> Tensor:
        """0, or 1 where it is the row's turn."""
        turns = [self.number.setdefault((purpose, step, draw), len(self.number)) for step in at.step.tolist()]
        mine = at.rows.origin == 2 + torch.tensor(turns)
        return beside(mine.to(at.x.dtype), at.x).expand_as(at.x)


def law(solver: Solver, levels: Levels) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation [3] of x at the end, from the exact law at the first level."""
    noise = Probing()
    _probed(solver, levels, noise, 1)
    end = _probed(solver, levels, noise, 2 + len(noise.number))
    return end[0], (end[1:] - end[0]).square().sum(0).sqrt()


def exact_law(s: float) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of α x0 + σ ε."""
    return MEANS / math.sqrt(1 + s * s), torch.sqrt((VARIANCES + s * s) / (1 + s * s))


def _probed(solver: Solver, levels: Levels, noise: Probing, count: int) -> Tensor:
    """The ends of the first row, in which all is 0, of that with the first point one deviation off, and the others."""
    first = float(levels.s[0])
    mean, std = exact_law(first)
    x = mean.repeat(count, 1)
    x[1:2] += std
    rows = Rows(torch.zeros(count, dtype=torch.int64), torch.arange(count))
    begin = Sample(x, torch.full((count,), first, dtype=torch.float64), Independent.space, rows)
    return solve(Independent(), solver, begin, levels, Context(Meter(), noise)).x


def distance(solver: Solver, levels: Levels) -> float:
    """How far the law at the end is from the exact one: Wasserstein's distance, RMS over the coordinates."""
    (mean, std), (right, spread) = law(solver, levels), exact_law(float(levels.s[-1]))
    return float(((mean - right).square() + (std - spread).square()).mean().sqrt())


def distances(make: Callable[[], Solver], grids: list[Levels]) -> list[float]:
    """That of a solver over each of some grids."""
    return [distance(make(), levels) for levels in grids]
