"""A network that is told one time, always."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import torch

from graphs import Estimate, InputError, Known, Number, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.conversions import Coefficients, Target, target_from
from nodes.contracts.levels import factor
from nodes.contracts.model import Asks, Mixer, Model
from nodes.contracts.process import Process
from nodes.contracts.query import Prediction, Query
from nodes.processes.adapted import Native
from nodes.processes.flow import Flow


def cost(known: Known) -> Estimate:
    """The model's own."""
    return Estimate(each=known.input("model").each)


@node(abilities=abilities(like="model", without=("prompt", "level_map")), cost=cost)
def frozen_time(
    model: Model,
    process: Process | None = None,
    *,
    target: Target = "velocity",
    sigma: Annotated[float, Number(minimum=1e-3, maximum=1e3, scale="log")] = 1.0,
) -> Model:
    """A network whose time input is ignored: it is told one level, whatever x is (Sun et al. 2025, arXiv:2502.13129).

    At every level the network is shown the point x_t = α x0 + σ ε of its process [B, *event], and is told that the
    level is s = `sigma`; what it gives there as `target`, r, is read as the target at the true level, so
    x0 = (σ' x_t − σ r)/(α σ' − α' σ) of a velocity. A network that was trained without time (noise-blind) answers
    exactly as it does; of any other it shows how much it leans on its time. The exact average over levels, for an exact
    model: model.noise_blind. The process has to be the network's own, and is flow matching where none is wired.
    Cost: 1 model row per sample. Errors: a model of tokens.
    """
    if model.space.vocabulary:
        raise InputError(
            "tokens have no time to be frozen",
            where="model",
            given=f"a model of {model.space.describe()} (tokens)",
            allowed="a model of real numbers",
        )
    return FrozenTime(model, process or Flow(), target, sigma)


class FrozenTime(Mixer):
    """The model of `frozen_time`."""

    def __init__(self, model: Model, process: Process, target: Target, sigma: float) -> None:
        self.model, self.process, self.target = model, process, target
        self.space, self.abilities = model.space, model.abilities - {"prompt", "level_map"}
        time = process.time(torch.tensor(sigma, dtype=torch.float64))
        self.level = float(process.level(time))

    def cost(self, s: float) -> float:
        """The model's own."""
        return self.model.cost(self.level)

    def asks(self, q: Query, ctx: Context) -> Asks:
        """About the process's point, as if it were at the one level."""
        told = Coefficients.of(self.process, self._told(q))
        x = Native.of(self.process, self.target, q).x / factor(torch.hypot(told.alpha, told.sigma), q.x)
        return [(self.model, replace(q, x=x, s=self._told(q), to=self._told(q)))]

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """What it gave there, read at the true level."""
        own = Native.of(self.process, self.target, q)
        output = target_from(self.target, own.x, answers[0].x0, Coefficients.of(self.process, self._told(q)))
        return own.answered(q, self.target, output)

    def _told(self, q: Query) -> torch.Tensor:
        return torch.full((len(q.rows),), self.level, dtype=torch.float64)
