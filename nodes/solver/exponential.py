"""Exponential steps: what a step in λ = −ln s weighs its predictions with, right at s = 0 and s = inf too.

All of it is float64, in the shape of the levels that it is made of.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from nodes.contracts.levels import alpha_sigma, by_x

SMALL = 1.0
"""Where |z| is below, φ(z) is summed as a series: the quotients cancel there."""
TERMS = 20
"""Of the series for φ_1; what all of them leave out is below 1/20! at |z| = 1."""


def phi(order: int, z: Tensor) -> Tensor:
    """φ_k(z) = ∫₀¹ e^((1−θ)z) θ^(k−1)/(k−1)! dθ for k = `order` of 1, 2, 3, …

    φ_1 = (e^z − 1)/z and φ_(k+1) = (φ_k − 1/k!)/z; φ_k(0) = 1/k!, 0 at z = −inf and inf at z = inf.
    """
    return phis(order, z)[-1]


def phis(count: int, z: Tensor) -> list[Tensor]:
    """φ_1 to φ_count at z."""
    z = z.double()
    near, grows = z.abs() < SMALL, z == torch.inf
    far = z.masked_fill(near, 1.0)
    quotients = [torch.expm1(far) / far]
    for k in range(1, count):
        quotients.append((quotients[-1] - 1 / math.factorial(k)) / far)
    sums = _series(count, z.masked_fill(~near, 0.0))
    return [
        torch.where(near, total, quotient.masked_fill(grows, torch.inf))
        for total, quotient in zip(sums, quotients, strict=True)
    ]


def _series(count: int, z: Tensor) -> list[Tensor]:
    """Σ z^n/(n + k)! for k = 1 … count: the last from the smallest term on, the others by φ_k = z φ_(k+1) + 1/k!."""
    total = torch.zeros_like(z)
    for n in reversed(range(count, TERMS + 1)):
        total.mul_(z).add_(1 / math.factorial(n))
    sums = [total]
    for k in reversed(range(1, count)):
        sums.insert(0, sums[0] * z + 1 / math.factorial(k))
    return sums


def measurable(s: Tensor, s_next: Tensor) -> Tensor:
    """Where a step has a length in λ: both levels lie between 0 and inf."""
    return torch.isfinite(torch.log(s.double() / s_next.double()))


def length(s: Tensor, s_next: Tensor) -> Tensor:
    """The h = λ' − λ = ln(s/s') of a step from s to s_next, below 0 where the level rises; 0 where it has no length."""
    return torch.log(s.double() / s_next.double()).nan_to_num_(nan=0.0, posinf=0.0, neginf=0.0)


def along(s: Tensor, s_next: Tensor, share: float) -> Tensor:
    """The level at λ + share · h of a step; s itself where the step has no length."""
    return torch.where(measurable(s, s_next), s.double() * torch.exp(-share * length(s, s_next)), s.double())


def held(s: Tensor, s_next: Tensor) -> tuple[Tensor, Tensor]:
    """The factors of x0 and x in a step with x0 held: x' = (α' − σ'/s) x0 + (σ'/σ) x, the first being −α' expm1(−h).

    At s = 0, where there is no ε to keep, it is x' = α' x0. This is Euler's step in s.
    """
    return by_x(*alpha_sigma(s_next), s)
