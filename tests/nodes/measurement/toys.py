"""Exact models with gradients, and a small picture's worth of everything that measures."""

from __future__ import annotations

import torch
from torch import Tensor

from nodes.contracts.levels import factor
from nodes.contracts.operator import Operator
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from tests.nodes.gaussian import Gaussian

EVENT = (3, 4, 6)


class Smooth(Gaussian):
    """The Gaussian, which has gradients."""

    abilities = frozenset({"conditional", "differentiable"})


class Identity(Operator):
    """A x = x."""

    abilities = frozenset({"linear"})

    def apply(self, x: Tensor, rows: Rows) -> Tensor:
        """The point itself."""
        return x

    def adjoint(self, y: Tensor, rows: Rows) -> Tensor:
        """The measurement itself."""
        return y

    def prox(self, v: Tensor, y: Tensor, rho: Tensor, rows: Rows) -> Tensor:
        """(y + rho v)/(1 + rho)."""
        pull = factor(rho, v)
        return (y + pull * v) / (1 + pull)

    def pinv(self, y: Tensor, rows: Rows) -> Tensor:
        """The measurement itself."""
        return y


class Squares(Operator):
    """A x = x², which is not linear."""

    def apply(self, x: Tensor, rows: Rows) -> Tensor:
        """Each number squared."""
        return x.square()


def clean(count: int, event: tuple[int, ...] = EVENT, seed: int = 5) -> Sample:
    """A clean sample of random numbers, float64."""
    x = torch.randn(count, *event, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    return Sample(x, torch.zeros(count, dtype=torch.float64), Space("plane", event), Rows.first(seed, count))
