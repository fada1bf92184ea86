"""Polynomials through what was answered at earlier levels, and what their integrals weigh each answer with."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor


def interpolating(nodes: Tensor, used: Tensor, moments: Tensor) -> Tensor:
    """The weights w_k of the differences g_k − g_0 in the integral of the polynomial through (0, g_0) and (r_k, g_k).

    `nodes` r_k [K, ...], none of them 0, in units of the step; `used` [K, ...] says which count, the first of them and
    then no gap; `moments` [K or more, ...] are ∫ u^j dμ for j = 1, 2, …. All on one device. For g = g_0 + u^j with j up
    to the number of nodes the integral is exact.
    """
    # The integral of (u/r_k) Π (u − r_i)/(r_k − r_i) for all k at once, by the coefficients of its powers.
    apart = nodes[:, None] - nodes
    counts = used & (apart != 0)
    slopes = torch.where(counts, apart.reciprocal(), 0.0)
    shifts = torch.where(counts, -nodes * slopes, 1.0)
    powers = [nodes.reciprocal()]  # of u, u², …
    if len(nodes) > 1:
        for slope, shift in zip(slopes.unbind(1), shifts.unbind(1), strict=True):
            powers = _times(powers, slope, shift)
    total = sum((power * moment for power, moment in zip(powers, moments, strict=False)), torch.zeros_like(nodes))
    return torch.where(used, total, 0.0)


def _times(powers: Sequence[Tensor], slope: Tensor, shift: Tensor) -> list[Tensor]:
    """A polynomial times (slope · u + shift)."""
    middle = [before * slope + power * shift for before, power in pairwise(powers)]
    return [powers[0] * shift, *middle, powers[-1] * slope]
