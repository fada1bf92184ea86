"""The process contract: how a network's own noising x_t = α x0 + σ ε runs in its own time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple

from torch import Tensor

from graphs import behaviour
from nodes.contracts.identity import Identified


class Rates(NamedTuple):
    """dα/dt and dσ/dt, float64, in the shape of the time."""

    alpha: Tensor
    sigma: Tensor


@behaviour(colour="#b84a62")
class Process(Identified, ABC):
    """A noising process, known to leaf adapters, to grids, and to solvers in a chart of its own; s = σ/α everywhere.

    Levels and times are float64 tensors of any shape. Time grows with noise, from `first` to `last`. Data lie at time
    0; where times are `numbered` 0, 1, … as those of a table, all of them are noised, and data come before, at −1.
    """

    first: float
    last: float
    numbered: bool = False

    @abstractmethod
    def alpha(self, s: Tensor) -> Tensor:
        """α at level s; σ is s·α, and the scale of the process to ours is α·√(1 + s²)."""

    @abstractmethod
    def time(self, s: Tensor) -> Tensor:
        """The time at which the level is s; beyond the ends of the process the nearest end."""

    @abstractmethod
    def level(self, t: Tensor) -> Tensor:
        """The level at time t."""

    @abstractmethod
    def rates(self, t: Tensor) -> Rates:
        """How fast α and σ change."""
