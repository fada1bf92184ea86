"""An exact model of tokens for tests: a table of all short texts, and the law of each position given what is shown."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from nodes.contracts.context import Context
from nodes.contracts.model import Leaf
from nodes.contracts.query import Prediction, Query
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space

LENGTH, WORDS = 2, ("a", "b", "c")
SPACE = Space("text", (LENGTH,), vocabulary=WORDS)
TABLE = torch.tensor([[0.30, 0.02, 0.08], [0.05, 0.20, 0.05], [0.10, 0.02, 0.18]], dtype=torch.float64)
"""The probability of each pair of words."""


class Tokens(Leaf):
    """Logits of each position, given the tokens that are shown."""

    space = SPACE

    def cost(self, s: float) -> float:
        """One row."""
        return 1

    def predict(self, q: Query, ctx: Context) -> Prediction:
        """log p(word at a position | the words shown at the others)."""
        first = torch.stack([TABLE.sum(1), *TABLE.unbind(1)])  # by what stands second: the mask, or a word
        second = torch.stack([TABLE.sum(0), *TABLE.unbind(0)])
        shown = torch.where(q.x == SPACE.mask, 0, q.x + 1)
        return Prediction(torch.stack([first[shown[:, 1]], second[shown[:, 0]]], 1).log())


def masked(count: int, seed: int = 1) -> Sample:
    """Nothing but masks, at s = inf."""
    rows = Rows.first(seed, count)
    level = torch.full((count,), math.inf, dtype=torch.float64)
    return Sample(torch.full((count, LENGTH), SPACE.mask), level, SPACE, rows)


def counts(x: Tensor) -> Tensor:
    """How often each pair of words was drawn."""
    return torch.bincount(x[:, 0] * len(WORDS) + x[:, 1], minlength=len(WORDS) ** 2).reshape(TABLE.shape)
