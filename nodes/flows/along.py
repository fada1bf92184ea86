"""Fine steps along an ordinary differential equation in the level."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from torch import Tensor

from nodes.contracts.levels import alpha_sigma, eps_of, factor
from nodes.contracts.query import Prediction
from nodes.flows.clock import Clock

Slope: TypeAlias = Callable[[Tensor, Tensor], Tensor]
"""dx/dφ at a point x [B, *event] and level s [B] or [B, *map], where φ = atan(s)."""

CALLS = 4
"""Slopes that a step asks for."""


def along(
    slope: Slope, x: Tensor, s: Tensor, to: Tensor, steps: int, clock: Clock, start: Tensor | None = None
) -> Iterator[Tensor]:
    """X after each of so many steps from level s to `to`, even in the clock, by Runge and Kutta's method of order 4.

    Rows, and places, have levels of their own; both ends may be 0 or inf. `start` is the slope at (x, s), if known.
    """
    width = (clock.time(to) - clock.time(s)) / steps

    def change(point: Tensor, at: Tensor, known: Tensor | None = None) -> Tensor:
        return factor(width * clock.speed(at), point) * (slope(point, at) if known is None else known)

    for step in range(steps):
        begun, middle, ended = (clock.between(s, to, (step + part) / steps) for part in (0, 0.5, 1))
        first = change(x, begun, None if step else start)
        second = change(x + first / 2, middle)
        third = change(x + second / 2, middle)
        fourth = change(x + third, ended)
        x = x + (first + 2 * second + 2 * third + fourth) / 6
        yield x


def velocity(answer: Prediction, x: Tensor, s: Tensor) -> Tensor:
    """dx/dφ of the probability flow at (x, s), v = α ε − σ x0, for the answer of a model there."""
    alpha, sigma = alpha_sigma(s)
    eps = eps_of(x, answer.x0, s) if answer.eps is None else answer.eps
    return factor(alpha, x) * eps - factor(sigma, x) * answer.x0
