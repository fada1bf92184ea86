"""What all variance-preserving processes share: α² + σ² = 1."""

from __future__ import annotations

from abc import abstractmethod

import torch
from torch import Tensor

from nodes.contracts.levels import alpha_sigma
from nodes.contracts.process import Process, Rates


class Preserving(Process):
    """A process with α = cos φ and σ = sin φ for φ = atan(s): the coordinate of the wires itself."""

    def alpha(self, s: Tensor) -> Tensor:
        """1/√(1 + s²)."""
        return alpha_sigma(s)[0]

    def rates(self, t: Tensor) -> Rates:
        """−sin φ · φ' and cos φ · φ'."""
        t = t.double().clamp(self.first, self.last)
        alpha, sigma = alpha_sigma(self.level(t))
        turn = self.turn(t)
        return Rates(-sigma * turn, alpha * turn)

    @abstractmethod
    def turn(self, t: Tensor) -> Tensor:
        """φ' = dφ/dt at times within the process."""

    def within(self, t: Tensor) -> Tensor:
        """Times in float64, those beyond the ends of the process at the nearest end."""
        return torch.clamp(t.double(), self.first, self.last)
