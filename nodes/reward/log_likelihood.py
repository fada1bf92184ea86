"""The exact log density of an exact model, at every level."""

from __future__ import annotations

from torch import Tensor

from graphs import Estimate, InputError, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.model import Model
from nodes.contracts.reward import Reward
from nodes.contracts.sample import Sample
from nodes.exact.components import Components


@node(
    cost=Estimate(),
    abilities=abilities("noisy", like="model", without=("prompt", "conditional", "level_map", "low_rank")),
)
def log_likelihood(model: Model) -> Reward:
    """How likely points are: r(x) = log p(x) of an exact model, at the level where they lie.

    At s = 0 it is the log density of the data, −V(x) of an energy V but for nothing: with it model.rdmc samples what is
    known by its density only. At levels above it is that of α x0 + σ ε, which tells how likely a level is for a point
    (solver.dlg, arXiv:2209.14593). Of tokens it is the log probability. Scores [B]; their gradients flow for points of
    real numbers. Cost: no NFE. Errors: a model that knows no density, as a network.
    """
    if not isinstance(model, Components):
        raise InputError(
            "the model knows no density",
            given=type(model).__name__,
            allowed="model.mixture, model.gaussian, model.empirical or model.table, wired directly",
            mend="wire the exact model itself; diagnosis.likelihood finds the density of any model by its flow",
        )
    return LogLikelihood(model)


class LogLikelihood(Reward):
    """The log density of an exact model."""

    def __init__(self, model: Components) -> None:
        self.model, self.space = model, model.space.name
        self.abilities = frozenset({"noisy"}) | (model.abilities & {"differentiable"})

    def score(self, sample: Sample, ctx: Context) -> Tensor:
        """At the sample's levels."""
        return self.model.log_likelihood(sample.x, sample.s)
