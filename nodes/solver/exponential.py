"""Exponential steps: what a step in λ = −ln s weighs its predictions with, right at s = 0 and s = inf too.

All of it is float64, in the shape of the levels that it is made of.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from nodes.contracts.levels import alpha_sigma, log_snr

SMALL = 1.0
"""Where |z| is below, φ(z) is summed as a series: the quotients cancel there."""
TERMS = 20
"""Of the series: the first that is left out is below 1/20! at |z| = 1."""


def phi(order: int, z: Tensor) -> Tensor:
    """φ_k(z) = ∫₀¹ e^((1−θ)z) θ^(k−1)/(k−1)! dθ for k = `order` of 1, 2, 3, …

    φ_1 = (e^z − 1)/z and φ_(k+1) = (φ_k − 1/k!)/z; φ_k(0) = 1/k!, 0 at z = −inf and inf at z = inf.
    """
    z = z.double()
    near = z.abs() < SMALL
    far = torch.where(near, 1.0, z)
    quotient = torch.expm1(far) / far
    for k in range(1, order):
        quotient = (quotient - 1 / math.factorial(k)) / far
    quotient = torch.where(torch.isposinf(far), far, quotient)
    return torch.where(near, _series(order, torch.where(near, z, 0.0)), quotient)


def _series(order: int, z: Tensor) -> Tensor:
    """Σ z^n/(n + order)!, from the smallest term on."""
    total = torch.zeros_like(z)
    for n in reversed(range(TERMS)):
        total = total * z + 1 / math.factorial(n + order)
    return total


def measurable(s: Tensor, s_next: Tensor) -> Tensor:
    """Where a step has a length in λ: both levels lie between 0 and inf."""
    return torch.isfinite(log_snr(s)) & torch.isfinite(log_snr(s_next))


def length(s: Tensor, s_next: Tensor) -> Tensor:
    """The h = λ' − λ = ln(s/s') of a step from s to s_next, below 0 where the level rises; 0 where it has no length."""
    known = measurable(s, s_next)
    return torch.where(known, torch.log(torch.where(known, s.double() / s_next.double(), 1.0)), 0.0)


def along(s: Tensor, s_next: Tensor, share: float) -> Tensor:
    """The level at λ + share · h of a step; s itself where the step has no length."""
    return torch.where(measurable(s, s_next), s.double() * torch.exp(-share * length(s, s_next)), s.double())


def held(s: Tensor, s_next: Tensor) -> tuple[Tensor, Tensor]:
    """The factors of x and x0 in a step with x0 held: x' = (σ'/σ) x + (α' − α σ'/σ) x0, the second being −α' expm1(−h).

    At s = 0, where there is no ε to keep, it is x' = α' x0.
    """
    (alpha, sigma), (alpha_next, sigma_next) = alpha_sigma(s), alpha_sigma(s_next)
    of_x = torch.where(s == 0, 0.0, sigma_next / torch.where(s == 0, 1.0, sigma))
    known = measurable(s, s_next)
    return of_x, torch.where(known, -alpha_next * torch.expm1(-length(s, s_next)), alpha_next - of_x * alpha)
