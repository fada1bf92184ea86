"""A Brownian path for each row, asked for at any pair of times: the same path, however the steps are cut."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nodes.contracts.draws import key_of, normals
from nodes.contracts.rows import Rows

SPAN = math.pi / 2
"""The times are angles, from 0 to this."""

DEPTH = 28
"""Halvings until what is left of an interval is bridged in one draw; two times closer than SPAN / 2^DEPTH are rare."""


def path(rows: Rows, event: tuple[int, ...], purpose: str, start: Tensor, end: Tensor) -> Tensor:
    """(W(end) − W(start))/√|end − start| of each row's own path, [B, *event], float64 on the CPU.

    `start` and `end` [B] are times in [0, π/2]. Where they are equal the result is 0. The path is refined by Lévy's
    construction: the middle of an interval, given its ends, is normal with their mean and a quarter of its length.
    Cost: about 30 draws of an event for each row.
    """
    size = math.prod(event)
    increments = np.zeros((len(rows), size))
    ends = zip(rows.seed.tolist(), start.tolist(), end.tolist(), strict=True)
    for row, (seed, first, last) in enumerate(ends):
        if first != last:
            low, high = _walk(seed, purpose, size, sorted((first, last)))
            increments[row] = (high - low) / math.sqrt(abs(last - first)) * (1 if last > first else -1)
    return torch.from_numpy(increments).reshape(len(rows), *event)


def _walk(seed: int, purpose: str, size: int, times: list[float]) -> list[NDArray[np.float64]]:
    """W at each of these times."""
    whole = math.sqrt(SPAN) * normals(key_of(seed, purpose, 0, 0), size)
    middles: dict[tuple[int, int], NDArray[np.float64]] = {}
    return [_at(seed, purpose, size, time, whole, middles) for time in times]


def _at(
    seed: int,
    purpose: str,
    size: int,
    time: float,
    whole: NDArray[np.float64],
    middles: dict[tuple[int, int], NDArray[np.float64]],
) -> NDArray[np.float64]:
    low, high, length, index = np.zeros(size), whole, SPAN, 0
    for depth in range(1, DEPTH + 1):
        place = (depth, index)
        if place not in middles:
            drawn = normals(key_of(seed, purpose, depth, index), size)
            middles[place] = (low + high) / 2 + math.sqrt(length) / 2 * drawn
        middle, length = middles[place], length / 2
        if time < (2 * index + 1) * length:
            high, index = middle, 2 * index
        else:
            low, index = middle, 2 * index + 1
    return low + (high - low) * min(1.0, (time - index * length) / length)
