"""Noise for tests of many rows: the contract's, drawn for all rows at once, by a hash that nobody needs to keep."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nodes.contracts.levels import angle
from nodes.contracts.noise import CounterNoise, Drawing

DEPTH = 24
"""Halvings of the Brownian paths; what is left is a ten millionth of a radian."""

Words = NDArray[np.uint64]


class QuickNoise(CounterNoise):
    """Normals and Brownian paths, each a function of the row's seed, as the noise of every run."""

    def normal(self, at: Drawing, purpose: str, draw: int = 0) -> Tensor:
        """Standard normal like x."""
        seed = mixed(at.rows.seed.numpy().view(np.uint64), word(purpose), at.step.numpy().view(np.uint64))
        return torch.from_numpy(normals(mixed(seed, np.uint64(draw)), at.x[0].numel())).reshape(at.x.shape)

    def brownian(self, at: Drawing, s0: Tensor, s1: Tensor, purpose: str = "path") -> Tensor:
        """(W(φ1) − W(φ0))/√|φ1 − φ0|."""
        begin, end = angle(s0).numpy(), angle(s1).numpy()
        seed, size = mixed(at.rows.seed.numpy().view(np.uint64), word(purpose)), at.x[0].numel()
        apart = np.sqrt(np.abs(end - begin))[:, None]
        drawn = (path(seed, size, end) - path(seed, size, begin)) / np.where(apart == 0, 1.0, apart)
        return torch.from_numpy(drawn).reshape(at.x.shape)


def path(seed: Words, size: int, time: NDArray[np.float64]) -> NDArray[np.float64]:
    """W at a time of each row, [B, size], by Lévy's construction."""
    length, index = math.pi / 2, np.zeros(len(seed), dtype=np.uint64)
    low, high = np.zeros((len(seed), size)), math.sqrt(length) * normals(seed, size)
    for depth in range(1, DEPTH + 1):
        drawn = normals(mixed(seed, np.uint64(depth), index), size)
        middle, length = (low + high) / 2 + math.sqrt(length) / 2 * drawn, length / 2
        early = time < (2 * index.astype(np.float64) + 1) * length
        low, high = np.where(early[:, None], low, middle), np.where(early[:, None], middle, high)
        index = 2 * index + (~early).astype(np.uint64)
    share = np.minimum(1.0, (time - index.astype(np.float64) * length) / length)
    return np.asarray(low + (high - low) * share[:, None])


def word(purpose: str) -> np.uint64:
    """A number for a purpose."""
    return np.uint64(int.from_bytes(purpose.encode()[:7].ljust(7), "little"))


def mixed(key: Words, *numbers: np.uint64 | Words) -> Words:
    """The keys with numbers stirred in: the finish of SplitMix64 (Steele et al. 2014) after each."""
    for number in numbers:
        key = finish(key ^ finish(np.atleast_1d(number) + np.uint64(0x9E3779B97F4A7C15)))
    return key


def finish(bits: Words) -> Words:
    """The 64 bits stirred, one to one."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


def normals(keys: Words, size: int) -> NDArray[np.float64]:
    """So many standard normals of each key, [B, size], by Box and Muller."""
    counts = np.arange(1, 2 * size + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    units = (finish(keys[:, None] + counts) >> np.uint64(11)).astype(np.float64) * 2.0**-53
    radius = np.sqrt(-2.0 * np.log1p(-units[:, :size]))
    return np.asarray(radius * np.cos(2.0 * math.pi * units[:, size:]))
