"""Polynomials through what was answered at earlier levels, and what their integrals weigh each answer with."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor


def interpolating(nodes: Sequence[Tensor], used: Sequence[Tensor], moments: Sequence[Tensor]) -> list[Tensor]:
    """The weights w_k of the differences g_k − g_0 in the integral of the polynomial through (0, g_0) and (r_k, g_k).

    `nodes` r_k, none of them 0, in units of the step; `used` says which count, the first of them and then no gap;
    `moments` are ∫ u^j dμ for j = 1, 2, …, as many as nodes. All of one shape and on one device. For g = g_0 + u^j with
    j up to the number of nodes the integral is exact.
    """
    return [_weight(place, nodes, used, moments) for place in range(len(nodes))]


def _weight(place: int, nodes: Sequence[Tensor], used: Sequence[Tensor], moments: Sequence[Tensor]) -> Tensor:
    """The integral of (u/r_k) Π (u − r_i)/(r_k − r_i), by the coefficients of its powers."""
    own = nodes[place]
    powers = [1 / own]  # of u, u², …
    for number, other in enumerate(nodes):
        if number != place:
            slope = torch.where(used[number], 1 / (own - other), 0.0)
            shift = torch.where(used[number], -other * slope, 1.0)
            powers = _times(powers, slope, shift)
    total = sum((power * moment for power, moment in zip(powers, moments, strict=True)), torch.zeros_like(own))
    return torch.where(used[place], total, 0.0)


def _times(powers: Sequence[Tensor], slope: Tensor, shift: Tensor) -> list[Tensor]:
    """A polynomial times (slope · u + shift)."""
    middle = [before * slope + power * shift for before, power in pairwise(powers)]
    return [powers[0] * shift, *middle, powers[-1] * slope]
