"""The program contract: noise in, sample out, all else bound. What searches over noise runs programs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple

from graphs import behaviour
from nodes.contracts.context import Context
from nodes.contracts.identity import Identified
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver


class Parts(NamedTuple):
    """What a program that can be stepped is made of."""

    model: Model
    solver: Solver
    levels: Levels


@behaviour(colour="#5a6fd6")
class Program(Identified, ABC):
    """Makes a sample of noise; `parts` where it can be stepped, else None."""

    parts: Parts | None = None

    @abstractmethod
    def run(self, noise: Sample, ctx: Context) -> Sample:
        """The sample that this noise becomes."""
