"""Weights of particles: how many count, and which of them go on."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

import torch
from torch import Tensor

Scheme: TypeAlias = Literal["systematic", "stratified", "multinomial"]
"""How ancestors are drawn: from one uniform, from one for each stratum, or each independently."""


def effective_size(log_weights: Tensor) -> float:
    """How many equally weighted particles these are worth: (Σ w)²/Σ w², from 1 to their number."""
    return math.exp(2 * float(torch.logsumexp(log_weights, 0)) - float(torch.logsumexp(2 * log_weights, 0)))


def log_mean(log_weights: Tensor) -> float:
    """The log of the mean weight."""
    return float(torch.logsumexp(log_weights, 0)) - math.log(len(log_weights))


def ancestors(log_weights: Tensor, uniforms: Tensor, scheme: Scheme) -> Tensor:
    """Which of K particles each of K places goes on from, [K] rising; particle i is expected K w_i times.

    `uniforms` [K] on [0, 1), float64; "systematic" reads the first only (Douc & Cappé 2005, arXiv:cs/0507025).
    """
    count = len(log_weights)
    match scheme:
        case "systematic":
            points = (torch.arange(count) + uniforms[0]) / count
        case "stratified":
            points = (torch.arange(count) + uniforms) / count
        case "multinomial":
            points = uniforms.sort().values
    return chosen(log_weights, points)


def chosen(log_weights: Tensor, points: Tensor) -> Tensor:
    """The particles that these points of [0, 1) fall on, where each has a length of its weight."""
    ends = torch.softmax(log_weights, 0).cumsum(0)
    # A weight of 0 has no length, and the right side of its end belongs to the next.
    return torch.searchsorted(ends / ends[-1], points.clamp_max(1 - 2.0**-53), right=True)
