"""What a network becomes that is not told the noise level: an average over the levels that its point may have."""

from __future__ import annotations

import math
from dataclasses import replace

import torch
from torch import Tensor

from nodes.contracts.changes import UNCHANGED, Changes
from nodes.contracts.cond import Cond
from nodes.contracts.context import Context
from nodes.contracts.conversions import Coefficients, Target, target_from
from nodes.contracts.devices import take_rows
from nodes.contracts.levels import factor
from nodes.contracts.model import Leaf
from nodes.contracts.process import Process
from nodes.contracts.query import Prediction, Query
from nodes.exact.components import Components
from nodes.processes.adapted import Native

LARGEST = 2**22
"""Numbers in the points that the model is asked about together, about."""


class NoiseBlind(Leaf):
    """R(x) = Σ_j p(t_j | x) E[r | x, t_j] for the target r, over times t_j that are equally likely before x is seen.

    Asked at a level, R is read as the target there: only in this the level counts.
    """

    def __init__(self, model: Components, process: Process, target: Target, count: int) -> None:
        self.model, self.process, self.target = model, process, target
        self.space, self.abilities = model.space, model.abilities - {"level_map"}
        parts = (torch.arange(count, dtype=torch.float64) + 0.5) / count
        self.levels = process.level(process.first + parts * (process.last - process.first))

    def cost(self, s: float) -> float:
        """One row, as of the network that it stands for."""
        return 1

    def prompt(self, texts: tuple[str, ...], changes: Changes = UNCHANGED) -> Cond:
        """The model's."""
        return self.model.prompt(texts, changes)

    def complete(self, q: Query) -> Query:
        """As the model completes it."""
        return self.model.complete(q)

    def predict(self, q: Query, ctx: Context) -> Prediction:
        """The average, as x0."""
        own = Native.of(self.process, self.target, q)
        return own.answered(q, self.target, self.average(own.x, q, ctx))

    def average(self, x: Tensor, q: Query, ctx: Context) -> Tensor:
        """R(x) at points [B, *event] of the process."""
        together = max(1, LARGEST // max(1, x.numel()))
        parts = [self._at(times, x, q, ctx) for times in torch.split(torch.arange(len(self.levels)), together)]
        outputs, logs = (torch.cat(entry) for entry in zip(*parts, strict=True))
        shares = torch.softmax(logs, 0)
        total = torch.zeros_like(x)
        for share, output in zip(shares, outputs, strict=True):
            total = total + share.reshape(-1, *(1,) * (x.ndim - 1)) * output
        return total

    def _at(self, times: Tensor, x: Tensor, q: Query, ctx: Context) -> tuple[Tensor, Tensor]:
        """The target and log p(x | t) for each of these times, [T, B, *event] and [T, B]."""
        index = torch.arange(len(x)).repeat(len(times))
        s = self.levels[times].repeat_interleave(len(x))
        at = Coefficients.of(self.process, s)
        scale = torch.hypot(at.alpha, at.sigma)
        point = take_rows(x, index)
        asked = replace(q.take(index), x=point / factor(scale, point), s=s, to=s)
        output = target_from(self.target, point, self.model.predict(asked, ctx).x0, at)
        log_p = self.model.log_likelihood(asked.x, s, asked.cond)
        logs = log_p - factor(math.prod(self.space.event) * scale.log(), log_p)
        return output.reshape(len(times), *x.shape), logs.reshape(len(times), len(x))
