"""A process on data that are made smaller first."""

from __future__ import annotations

import torch
from torch import Tensor

from nodes.contracts.process import Process
from nodes.processes.preserving import Preserving


class InputScaled(Preserving):
    """x_t = b α x0 + σ ε, divided by √(b² α² + σ²) (input scaling, Chen 2023, arXiv:2301.10972).

    α and σ are of another process, whose times these are. Every level is 1/b times as high, so a `scale` b below 1 is
    more noise at the same time; on a flow it is the clock of the shift 1/b.
    """

    def __init__(self, process: Process, scale: float) -> None:
        self.process, self.scale = process, scale
        self.first, self.last, self.numbered = process.first, process.last, process.numbered

    def time(self, s: Tensor) -> Tensor:
        """The inner time of the level b s."""
        return self.process.time(s.double() * self.scale)

    def level(self, t: Tensor) -> Tensor:
        """The inner level over b."""
        return self.process.level(t) / self.scale

    def turn(self, t: Tensor) -> Tensor:
        """B (σ' α − α' σ)/(b² α² + σ²) of the inner process."""
        s, rates = self.process.level(t), self.process.rates(t)
        alpha = self.process.alpha(s)
        sigma = torch.where(torch.isinf(s), 1.0, s * alpha)
        area = rates.sigma * alpha - rates.alpha * sigma
        return self.scale * area / ((self.scale * alpha).square() + sigma.square())
