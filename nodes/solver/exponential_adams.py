"""The multistep methods on x0 over λ = −ln s, whose exponential is integrated exactly."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from nodes.contracts.devices import moved
from nodes.solver.exponential import held, length, phis
from nodes.solver.interpolation import interpolating
from nodes.solver.multistep import Multistep, Weighted

Rough: TypeAlias = Literal["bh1", "bh2"]
"""How the integral with a single difference is rounded off: B/2 with B = h, or 1 − e^(−h)."""


class ExponentialAdams(Multistep):
    """x' = (σ'/σ) x + α' ∫ e^(τ−λ') m(τ) dτ from λ to λ', m the polynomial through the last `order` predictions of x0.

    With `rough` what a step with two predictions weighs their difference with is B/2, as in DPM-Solver++ and UniPC.
    """

    def __init__(self, name: str, order: int, *, rough: Rough | None = None, lower_order_final: bool = False) -> None:
        super().__init__(name, order, lower_order_final=lower_order_final)
        self.rough: Rough | None = rough

    def straight(self, x: Tensor, x0: Tensor, s: Tensor, s_next: Tensor) -> Weighted:
        """Of x0 and x."""
        return Weighted(held(s, s_next), (x0, x), 0)

    def moments(self, s: Tensor, s_next: Tensor) -> Tensor:
        """∫ u^j over the step, weighed: h j! φ_(j+1)(−h)."""
        return exponential_moments(length(s, s_next), self.order - 1)

    def weights(self, nodes: Tensor, used: Tensor, s: Tensor, s_next: Tensor) -> Tensor:
        """Those of the polynomial, or of the rounded integral where there are two predictions."""
        if self.rough is None:
            return super().weights(nodes, used, s, s_next)
        half = moved(half_of(length(s, s_next), self.rough), nodes.device)
        if len(nodes) == 1:
            return interpolating(nodes, used, half[None])
        return interpolating(nodes, used, rounded(moved(self.moments(s, s_next), nodes.device), half, used))


def exponential_moments(h: Tensor, count: int) -> Tensor:
    """The moments h ∫₀¹ e^(−h(1−u)) u^j du for j = 1 … count."""
    return torch.stack([h * phi * math.factorial(power) for power, phi in enumerate(phis(count + 1, -h)[1:], 1)])


def rounded(moments: Tensor, half: Tensor, used: Tensor) -> Tensor:
    """The moments with B/2 as the first where a single difference is used."""
    return torch.cat((torch.where(used[1], moments[0], half)[None], moments[1 : len(used)]))


def half_of(h: Tensor, rough: Rough) -> Tensor:
    """B(h)/2, the first moment but for terms of higher order."""
    return (h if rough == "bh1" else -torch.expm1(-h)) / 2
