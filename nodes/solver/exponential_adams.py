"""The multistep methods on x0 over λ = −ln s, whose exponential is integrated exactly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from nodes.contracts.devices import moved
from nodes.solver.exponential import length, phi
from nodes.solver.interpolation import interpolating
from nodes.solver.multistep import Multistep

Rough: TypeAlias = Literal["bh1", "bh2"]
"""How the integral with a single difference is rounded off: B/2 with B = h, or 1 − e^(−h)."""


class ExponentialAdams(Multistep):
    """x' = (σ'/σ) x + α' ∫ e^(τ−λ') m(τ) dτ from λ to λ', m the polynomial through the last `order` predictions of x0.

    With `rough` what a step with two predictions weighs their difference with is B/2, as in DPM-Solver++ and UniPC.
    """

    def __init__(self, name: str, order: int, *, rough: Rough | None = None, lower_order_final: bool = False) -> None:
        super().__init__(name, order, lower_order_final=lower_order_final)
        self.rough: Rough | None = rough

    def answer(self, x0: Tensor, eps: Tensor) -> Tensor:
        """x0."""
        return x0

    def moments(self, s: Tensor, s_next: Tensor) -> list[Tensor]:
        """∫ u^j over the step, weighed: h j! φ_(j+1)(−h)."""
        return exponential_moments(length(s, s_next), self.order - 1)

    def weights(self, nodes: Sequence[Tensor], used: Sequence[Tensor], s: Tensor, s_next: Tensor) -> list[Tensor]:
        """Those of the polynomial, or of the rounded integral where there are two predictions."""
        moments = [moved(moment, nodes[0].device) for moment in self.moments(s, s_next)[: len(nodes)]]
        if self.rough is not None:
            half = moved(half_of(length(s, s_next), self.rough), nodes[0].device)
            moments[0] = torch.where(used[1], moments[0], half) if len(used) > 1 else half
        return interpolating(nodes, used, moments)


def exponential_moments(h: Tensor, count: int) -> list[Tensor]:
    """The moments h ∫₀¹ e^(−h(1−u)) u^j du for j = 1 … count."""
    return [h * math.factorial(power) * phi(power + 1, -h) for power in range(1, count + 1)]


def half_of(h: Tensor, rough: Rough) -> Tensor:
    """B(h)/2, the first moment but for terms of higher order."""
    return (h if rough == "bh1" else -torch.expm1(-h)) / 2
