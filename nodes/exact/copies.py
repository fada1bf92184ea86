"""The exact network of a bridge whose near end is a mixture of maps of the far end."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from nodes.contracts.devices import moved
from nodes.contracts.identity import Identified
from nodes.contracts.levels import factor
from nodes.processes.bridge import END, Bridge


class Copies(Identified):
    """x0 | x_T ~ Σ N(A x_T + o_k, std² I)/K: `matrix` A [D, D] or [1, 1] for a multiple, `offsets` o_k [K, D].

    With z = x − a x_T, the part of the bridge's point x that x_T does not explain, z/α = (1 − R) x0 + r √(1 − R) ε. So
    E[x0 | z, k] = (r² m_k + v z/α)/(r² + v (1 − R)) and log r_k = (m_k·z/α − (1 − R) |m_k|²/2)/(r² + v (1 − R)): all
    finite at both ends, R = 1 and r = 0.
    """

    def __init__(self, bridge: Bridge, matrix: Tensor, offsets: Tensor, std: float) -> None:
        self.bridge, self.matrix, self.offsets, self.std = bridge, matrix.double(), offsets.double(), std

    def __call__(self, x: Tensor, time: Tensor, entries: Mapping[str, Tensor]) -> Tensor:
        """E[x0 | x, x_T] at the process's times [B]."""
        process, end = self.bridge.process, self.bridge.end
        r = process.level(time)
        alpha, last = process.alpha(r), process.alpha(torch.tensor(end, dtype=torch.float64))
        part = (r / end).square()
        left = (x - factor(alpha / last * part, x) * entries[END]) / factor(alpha, x)
        variance = self.std * self.std
        scale = r.square() + variance * (1 - part)
        means = self._means(entries[END])
        flat = left.flatten(1)[:, None]
        fits = (means * flat).sum(2) - factor(1 - part, flat[:, 0]) * means.square().sum(2) / 2
        shares = torch.softmax(fits / factor(scale, fits), 1)
        mean = torch.einsum("bk,bkd->bd", shares, means).reshape(x.shape)
        return factor(r.square() / scale, x) * mean + factor(variance / scale, x) * left

    def _means(self, ends: Tensor) -> Tensor:
        """A x_T + o_k, [B, K, D]."""
        flat = ends.flatten(1)
        matrix, offsets = (moved(value.to(ends.dtype), ends.device) for value in (self.matrix, self.offsets))
        mapped = matrix[0, 0] * flat if matrix.numel() == 1 else flat @ matrix.mT
        return mapped[:, None] + offsets
