"""The quantiles of a beta distribution."""

from __future__ import annotations

import math
from collections.abc import Callable

TINY = 1e-300
"""In place of a divisor that is 0."""
ROUNDS = 300
"""Terms of the continued fraction at the most; it needs fewer the farther x is from its middle."""
HALVINGS = 1100
"""Enough to come down to the smallest number above 0."""


def beta_quantile(part: float, alpha: float, beta: float) -> float:
    """The x below which that part of Beta(alpha, beta) lies, to the last digit that float64 has near it.

    By halving between 0 and 1 of the regularised incomplete beta function.
    """
    if part <= 0 or part >= 1:
        return float(part > 0)
    if part > beta_share(0.5, alpha, beta):  # near 1 the distance from 1 has the digits
        return 1.0 - _below(1.0 - part, lambda x: beta_share(x, beta, alpha))
    return _below(part, lambda x: beta_share(x, alpha, beta))


def beta_share(x: float, alpha: float, beta: float) -> float:
    """The part of Beta(alpha, beta) below x in [0, 1]: the regularised incomplete beta function I_x(alpha, beta)."""
    if x <= 0 or x >= 1:
        return float(x > 0)
    logs = math.lgamma(alpha + beta) - math.lgamma(alpha) - math.lgamma(beta)
    front = math.exp(logs + alpha * math.log(x) + beta * math.log1p(-x))
    if x > (alpha + 1) / (alpha + beta + 2):  # there the fraction of the other side converges
        return 1.0 - front * _fraction(1 - x, beta, alpha) / beta
    return front * _fraction(x, alpha, beta) / alpha


def _below(part: float, share: Callable[[float], float]) -> float:
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if share(middle) < part else (low, middle)
    return (low + high) / 2


def _fraction(x: float, alpha: float, beta: float) -> float:
    """The continued fraction of the incomplete beta function, by Lentz's method (NIST DLMF, 8.17.22)."""
    above, below = 1.0, 1.0 / _kept(1.0 - (alpha + beta) * x / (alpha + 1))
    value = below
    for m in range(1, ROUNDS):
        even = m * (beta - m) * x / ((alpha + 2 * m - 1) * (alpha + 2 * m))
        odd = -(alpha + m) * (alpha + beta + m) * x / ((alpha + 2 * m) * (alpha + 2 * m + 1))
        before = value
        for term in (even, odd):
            below, above = 1.0 / _kept(1.0 + term * below), _kept(1.0 + term / above)
            value *= below * above
        if abs(value - before) < 1e-16 * abs(value):
            break
    return value


def _kept(divisor: float) -> float:
    return divisor if abs(divisor) > TINY else TINY
