"""A model without a closed form, to invert; and what runs nodes that yield."""

from __future__ import annotations

from typing import TypeVar

import torch

from graphs import Steps
from nodes.contracts.context import Context
from nodes.contracts.levels import beside
from nodes.contracts.model import Leaf
from nodes.contracts.query import Prediction, Query
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space

T = TypeVar("T")


class Curved(Leaf):
    """x0 = sin x + bend · cos(2 x + s) and some of the other coordinate: no law of data has it."""

    def __init__(self, bend: float = 0.3, event: tuple[int, ...] = (2,)) -> None:
        self.bend, self.space = bend, Space("plane", event)

    def cost(self, s: float) -> float:
        """One row."""
        return 1

    def predict(self, q: Query, ctx: Context) -> Prediction:
        """The bent points."""
        s = beside(q.s, q.x).clamp(max=5)
        return Prediction(torch.sin(q.x) + self.bend * torch.cos(2 * q.x + s) + 0.2 * q.x.flip(1))


def points(count: int = 3, seed: int = 5) -> Sample:
    """Float64 points of the plane at s = 0."""
    x = torch.randn(count, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    return Sample(x, torch.zeros(count, dtype=torch.float64), Space("plane", (2,)), Rows.first(seed, count))


def result(steps: Steps[T]) -> T:
    """What a node that yields returns."""
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            value: T = stop.value
            return value
