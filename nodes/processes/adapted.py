"""Any network as a model: asked in the coordinate, at the time and for the target that it was trained with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias

import torch
from torch import Tensor

from nodes.contracts.context import Context
from nodes.contracts.conversions import Coefficients, Target, x0_from
from nodes.contracts.levels import beside, factor
from nodes.contracts.model import Leaf
from nodes.contracts.process import Process
from nodes.contracts.query import Prediction, Query
from nodes.contracts.space import Space

Raw: TypeAlias = Callable[[Tensor, Tensor, Mapping[str, Tensor]], Tensor]
"""A network: points α x0 + σ ε of its process, their times [B] (float64, CPU), the entries of the condition."""

LARGEST = 1e4
"""The highest level at which ε or the score is asked for: x0 from them loses as many digits as s has."""


class Native(NamedTuple):
    """A question as a network of a process reads it: its time [B], the coefficients there, and the point α x0 + σ ε."""

    time: Tensor
    at: Coefficients
    x: Tensor

    @staticmethod
    def of(process: Process, target: Target, q: Query) -> Native:
        """The question at the level of the process nearest to its own."""
        highest = LARGEST if target in {"epsilon", "score"} else torch.inf
        time = process.time(q.s.clamp(max=highest))
        at = Coefficients.of(process, process.level(time))
        return Native(time, at, factor(torch.hypot(at.alpha, at.sigma), q.x) * q.x)

    def answered(self, q: Query, target: Target, output: Tensor, sigma_data: float = 0.5) -> Prediction:
        """The x0 that the network's output means; x itself at s = 0."""
        x0 = x0_from(target, self.x, output, self.at, sigma_data)
        return Prediction(torch.where(beside(q.s == 0, x0), q.x, x0))


class Adapted(Leaf):
    """A network of a process and a target as a model.

    The network is asked at the level of its process nearest to the question's: within the ends, and at a whole time
    where it knows no other. There x = α·√(1 + s²) times the question's x. At s = 0 the answer is x.
    """

    def __init__(
        self,
        raw: Raw,
        process: Process,
        target: Target,
        space: Space,
        *,
        sigma_data: float = 0.5,
        abilities: frozenset[str] = frozenset({"conditional", "differentiable"}),
    ) -> None:
        self.raw, self.process, self.target = raw, process, target
        self.space, self.sigma_data, self.abilities = space, sigma_data, abilities

    def predict(self, q: Query, ctx: Context) -> Prediction:
        """One call of the network."""
        own = Native.of(self.process, self.target, q)
        output = self.raw(own.x, own.time, {} if q.cond is None else q.cond.entries)
        return own.answered(q, self.target, output, self.sigma_data)
