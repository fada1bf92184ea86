"""What linear operators share: ways back by singular values where these are at hand, else by conjugate gradients."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable
from typing import TypeAlias

import torch
from torch import Tensor

from nodes.contracts.levels import factor
from nodes.contracts.operator import Operator
from nodes.contracts.rows import Rows

Gain: TypeAlias = Callable[[Tensor], Tensor]
"""What each singular value becomes; given and gives a tensor that stands beside the points."""
ITERATIONS = 64


class Linear(Operator):
    """A linear operator that knows A and Aᵀ; pinv and prox are solved by conjugate gradients."""

    abilities = frozenset({"linear"})

    @abstractmethod
    def adjoint(self, y: Tensor, rows: Rows) -> Tensor:
        """Aᵀ y."""

    def pinv(self, y: Tensor, rows: Rows) -> Tensor:
        """The shortest x that solves AᵀA x = Aᵀ y."""
        return conjugate_gradients(lambda x: self.adjoint(self.apply(x, rows), rows), self.adjoint(y, rows))

    def prox(self, v: Tensor, y: Tensor, rho: Tensor, rows: Rows) -> Tensor:
        """The point v + d with (AᵀA + rho) d = Aᵀ(y − A v)."""
        pull, residual = factor(rho, v), y - self.apply(v, rows)

        def curved(x: Tensor) -> Tensor:
            return self.adjoint(self.apply(x, rows), rows) + pull * x

        return v + conjugate_gradients(curved, self.adjoint(residual, rows))


class Spectral(Linear):
    """A linear operator A = U Σ Vᵀ whose singular values are at hand."""

    abilities = frozenset({"linear", "svd"})

    @abstractmethod
    def filtered(self, x: Tensor, gain: Gain, rows: Rows) -> Tensor:
        """V g(Σ) Vᵀ x, all of x's directions, with Σ = 0 where A sees nothing."""

    @abstractmethod
    def backward(self, y: Tensor, gain: Gain, rows: Rows) -> Tensor:
        """V g(Σ) Uᵀ y; g is asked where Σ > 0, and 0 elsewhere."""

    def adjoint(self, y: Tensor, rows: Rows) -> Tensor:
        """V Σ Uᵀ y."""
        return self.backward(y, lambda values: values, rows)

    def pinv(self, y: Tensor, rows: Rows) -> Tensor:
        """V Σ⁺ Uᵀ y."""
        return self.backward(y, torch.reciprocal, rows)

    def prox(self, v: Tensor, y: Tensor, rho: Tensor, rows: Rows) -> Tensor:
        """The point v + V Σ/(Σ² + rho) Uᵀ (y − A v)."""
        pull = factor(rho, v)
        return v + self.backward(y - self.apply(v, rows), lambda values: values / (values.square() + pull), rows)


class Tight(Spectral):
    """An operator with A Aᵀ = scale² I: its only singular values are `scale` and 0."""

    scale: float

    @abstractmethod
    def spread(self, y: Tensor, rows: Rows) -> Tensor:
        """Aᵀ y."""

    def filtered(self, x: Tensor, gain: Gain, rows: Rows) -> Tensor:
        """g(0) x + (g(scale) − g(0)) A⁺A x."""
        seen, unseen = gain(_constant(self.scale, x)), gain(_constant(0.0, x))
        return unseen * x + (seen - unseen) / self.scale**2 * self.spread(self.apply(x, rows), rows)

    def backward(self, y: Tensor, gain: Gain, rows: Rows) -> Tensor:
        """g(scale)/scale Aᵀ y."""
        back = self.spread(y, rows)
        return gain(_constant(self.scale, back)) / self.scale * back


def positive(values: Tensor, gain: Gain) -> Tensor:
    """A gain of singular values of at most about 1, 0 for those that are too small to be told from rounding."""
    there = values > math.sqrt(torch.finfo(values.dtype).eps)
    return torch.where(there, gain(torch.where(there, values, 1.0)), 0.0)


def conjugate_gradients(curved: Callable[[Tensor], Tensor], target: Tensor) -> Tensor:
    """The x of least length that solves `curved(x) = target`, for each row by itself (Hestenes & Stiefel 1952).

    A row that is solved to rounding goes on by 0, so that nobody waits to know it.
    """
    x, residual = torch.zeros_like(target), target
    direction, left = residual, _square(residual)
    solved = left * torch.finfo(target.dtype).eps ** 2
    for _ in range(ITERATIONS):
        ahead = curved(direction)
        bend = _square(direction, ahead)
        going = (left > solved) & (bend > 0)
        step = torch.where(going, left / torch.where(going, bend, 1.0), 0.0)
        x = x + step * direction
        residual = residual - step * ahead
        now = _square(residual)
        turn = torch.where(going, now / torch.where(going, left, 1.0), 0.0)
        direction, left = residual + turn * direction, torch.where(going, now, 0.0)
    return x


def _square(one: Tensor, other: Tensor | None = None) -> Tensor:
    """⟨one, other⟩ of each row, beside the points."""
    products = one * (one if other is None else other)
    return products.flatten(1).sum(1).reshape(-1, *(1,) * (one.ndim - 1))


def _constant(value: float, like: Tensor) -> Tensor:
    return torch.full((1,) * like.ndim, value, dtype=like.dtype, device=like.device)
