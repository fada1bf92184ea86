"""What the laws are tried on: an exact model that is no straight line, and batches, levels and conditions for it."""

from __future__ import annotations

import math
from dataclasses import replace

import torch
from torch import Tensor

from graphs.running.context import Meter
from nodes.contracts.cond import Cond
from nodes.contracts.context import Context
from nodes.contracts.draws import normal
from nodes.contracts.levels import Levels, beside
from nodes.contracts.model import Leaf
from nodes.contracts.noise import CounterNoise, Noise
from nodes.contracts.query import Prediction, Query
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.exact.mixture import Mixture

SPACE = Space("pixels", (1, 4, 4))
TOKENS = Space("tokens", (5,), vocabulary=("a", "b", "c"))
BATCH = 4
FALLING = (8.0, 3.0, 1.0, 0.3, 0.0)
RISING = (0.3, 1.0, 3.0, 8.0)


class Exact(Leaf):
    """Every coordinate of x0 by itself: ½ N(mean + apart, variance) + ½ N(mean − apart, variance).

    A condition {"mean": [B, 1]} sets the mean.
    """

    abilities = frozenset({"conditional", "differentiable", "level_map"})

    def __init__(self, mean: float = 0.2, apart: float = 0.6, variance: float = 0.1) -> None:
        self.mean, self.apart, self.variance, self.space = mean, apart, variance, SPACE

    def cost(self, s: float) -> float:
        """One row."""
        return 1

    def complete(self, q: Query) -> Query:
        """Without a condition: the model's own mean."""
        if q.cond is not None:
            return q
        mean = torch.full((len(q.rows), 1), self.mean, dtype=q.x.dtype, device=q.x.device)
        return replace(q, cond=Cond({"mean": mean}))

    def predict(self, q: Query, ctx: Context) -> Prediction:
        """The mean of x0, given x."""
        if q.cond is None:
            raise TypeError("the question was not completed")
        return Prediction(self.answer(q.x, q.s, q.cond.entries["mean"]))

    def answer(self, x: Tensor, s: Tensor, mean: Tensor) -> Tensor:
        """E[x0 | y] for y = x √(1 + s²): (v y + s² (m + a tanh(a (y − m)/(v + s²))))/(v + s²)."""
        s, mean = beside(s, x).to(x.dtype), mean.to(x.dtype).reshape(-1, *(1,) * (x.ndim - 1))
        square = torch.where(torch.isinf(s), 0.0, s) ** 2
        y = x * torch.sqrt(1 + square)
        width = self.variance + square
        middle = mean + self.apart * torch.tanh(self.apart * (y - mean) / width)
        return torch.where(torch.isinf(s), mean, (self.variance * y + square * middle) / width)


class Spelling(Leaf):
    """Tokens by themselves: the logits of position i prefer token i mod V, more so where a neighbour is known."""

    def __init__(self) -> None:
        self.space = TOKENS

    def cost(self, s: float) -> float:
        """One row."""
        return 1

    def predict(self, q: Query, ctx: Context) -> Prediction:
        """Logits [B, L, V], float64."""
        kinds = len(TOKENS.vocabulary)
        liked = torch.arange(q.x.shape[1], device=q.x.device) % kinds
        known = (q.x != TOKENS.mask).double().mean(1)
        logits = torch.nn.functional.one_hot(liked, kinds).double()
        return Prediction(logits * (1 + known)[:, None, None])


def mixture() -> Mixture:
    """Two components, for what wants to know the law of the data."""
    means = torch.linspace(-0.6, 0.7, 32, dtype=torch.float64).reshape(2, 16)
    return Mixture(SPACE, means, torch.linspace(0.05, 0.4, 32).reshape(2, 16), torch.ones(2), ("first", "second"))


def context(noise: Noise | None = None) -> Context:
    """A context with a meter of its own."""
    return Context(Meter(), noise or CounterNoise())


def means(*values: float) -> Cond:
    """A condition of the exact model for each of these means."""
    return Cond({"mean": torch.tensor(values, dtype=torch.float64)[:, None]})


def noise(count: int = BATCH, space: Space = SPACE) -> Sample:
    """Pure noise, float64; a larger batch begins with the same rows."""
    rows = Rows.first(5, count)
    x = normal(rows, space.event, "start").double()
    return Sample(x, torch.full((count,), math.inf, dtype=torch.float64), space, rows)


def clean(count: int = BATCH, space: Space = SPACE) -> Sample:
    """Points at s = 0, float64, within −1 to 1."""
    rows = Rows.first(6, count)
    x = normal(rows, space.event, "start").double().tanh()
    return Sample(x, torch.zeros(count, dtype=torch.float64), space, rows)


def plane(count: int = BATCH) -> Sample:
    """Points of a plane at s = 0."""
    return clean(count, Space("plane", (2,)))


def masked(count: int = BATCH, space: Space = TOKENS) -> Sample:
    """Tokens of which nothing is known."""
    x = torch.full((count, *space.event), space.mask)
    return Sample(x, torch.full((count,), math.inf, dtype=torch.float64), space, Rows.first(5, count))


def spelled(count: int = BATCH) -> Sample:
    """Tokens of which all is known."""
    x = torch.arange(count * TOKENS.event[0]).reshape(count, -1) % len(TOKENS.vocabulary)
    return Sample(x, torch.zeros(count, dtype=torch.float64), TOKENS, Rows.first(5, count))


def levels(values: tuple[float, ...] = FALLING) -> Levels:
    """Levels for every row."""
    return Levels(torch.tensor(values, dtype=torch.float64))


def at_level(sample: Sample, s: float) -> Sample:
    """Noise that has been brought to a level: x = σ ε; tokens stay as they are."""
    level = torch.full((len(sample.rows),), s, dtype=torch.float64)
    scale = 1 if sample.space.vocabulary else s / math.sqrt(1 + s * s)
    return Sample(sample.x * scale, level, sample.space, sample.rows)


def question(x: Tensor, s: float | Tensor, rows: Rows, cond: Cond | None = None) -> Query:
    """A question about a whole batch, at one level or at one for each row."""
    level = s if isinstance(s, Tensor) else torch.full((len(x),), s, dtype=torch.float64)
    return Query(x, level, level / 2, rows, torch.zeros(len(x), dtype=torch.int64), cond)
