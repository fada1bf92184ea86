"""An exact model for tests: data ~ N(mean, variance), for which everything has a closed form."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cached_property

import torch
from torch import Tensor

from graphs.running.context import Meter
from nodes.contracts.cond import Cond
from nodes.contracts.context import Context
from nodes.contracts.levels import beside
from nodes.contracts.model import Leaf
from nodes.contracts.query import Prediction, Query
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space


class Gaussian(Leaf):
    """x0 ~ N(mean, variance), each coordinate by itself; a condition {"mean": [B, 1]} moves the mean."""

    abilities = frozenset({"conditional"})

    def __init__(self, mean: float = 0.0, variance: float = 1.0, event: tuple[int, ...] = (2,)) -> None:
        self.mean, self.variance, self.space = mean, variance, Space("plane", event)

    @cached_property
    def asked(self) -> list[Query]:
        """What it was asked, which is no part of what it is."""
        return []

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
        """E[x0 | y] = (variance y + s² mean)/(variance + s²) for y = x √(1 + s²)."""
        self.asked.append(q)
        assert q.cond is not None
        s, mean = beside(q.s, q.x), beside(q.cond.entries["mean"][:, 0].to(q.x.dtype), q.x)
        finite = torch.where(torch.isinf(s), 1.0, s)
        y = q.x * torch.sqrt(1 + finite**2)
        x0 = (self.variance * y + finite**2 * mean) / (self.variance + finite**2)
        return Prediction(torch.where(torch.isinf(s), mean, x0).to(q.x.dtype))


def means(*values: float) -> Cond:
    """A condition that sets the mean."""
    return Cond({"mean": torch.tensor(values, dtype=torch.float64)[:, None]})


def context() -> Context:
    """A context with a meter of its own."""
    return Context(Meter())


def pure_noise(count: int, event: tuple[int, ...] = (2,), seed: int = 3) -> Sample:
    """Float64 noise at s = inf."""
    rows = Rows.first(seed, count)
    x = torch.randn(count, *event, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    return Sample(x, torch.full((count,), math.inf, dtype=torch.float64), Space("plane", event), rows)


def query(x: Tensor, s: float, cond: Cond | None = None) -> Query:
    """A question about a whole batch at one level."""
    level = torch.full((len(x),), s, dtype=torch.float64)
    return Query(x, level, level, Rows.first(0, len(x)), torch.zeros(len(x), dtype=torch.int64), cond)
