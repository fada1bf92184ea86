"""Particles that a measurement weighs: what the ensemble samplers of posteriors share."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import Annotated, Literal, TypeAlias

import torch
from torch import Tensor

from graphs import InputError, Number, also
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.contracts.operator import Measurement, Operator
from nodes.contracts.population import siblings
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.state import State
from nodes.measurement.posterior import require_linear, require_noise
from nodes.search.particles import PREFIX, Particles
from nodes.search.resampling import Scheme, ancestors, chosen, effective_size, log_mean

Outcome: TypeAlias = Literal["one", "all"]
Count: TypeAlias = Annotated[int, Number(integer=True, minimum=1, maximum=65536, work=True), also("K")]
ROUNDING = 1e-9


@dataclass(frozen=True)
class Crowd:
    """How many particles, when and how they are drawn anew, and which are the sample."""

    particles: int
    ess_threshold: float = 0.5
    resampling: Scheme = "systematic"
    outcome: Outcome = "one"


def require_likelihood(operator: Operator, measurement: Measurement) -> None:
    """`InputError` unless the measurement has a Gaussian likelihood through a linear operator."""
    require_linear(operator, measurement)
    require_noise(measurement, "particles cannot be weighed by a measurement without noise")


class Ensemble(Solver):
    """A solver on particles with weights; how they move and what they gain, those who inherit say."""

    def __init__(self, operator: Operator, measurement: Measurement, crowd: Crowd) -> None:
        self.operator, self.measurement, self.crowd = operator, measurement, crowd

    @abstractmethod
    def begin(self, sample: Sample, levels: Levels, ctx: Context) -> State:
        """The particles at the first level."""

    @abstractmethod
    def forward(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """The particles one step further, weighed and drawn anew where that is due."""

    def start(self, sample: Sample, levels: Levels, ctx: Context) -> State:
        """All particles, those of a row side by side."""
        if bool((levels.s[-1] != 0).any()):
            raise InputError(
                "the samples themselves are weighed, and these levels do not end there",
                given=f"levels that end at s = {float(levels.s[-1].max()):.4g}",
                allowed="levels that end at s = 0",
                mend="let the levels end at 0",
            )
        state = self.begin(siblings(sample, self.crowd.particles, "particles"), levels, ctx)
        nothing = torch.zeros(len(state.rows), dtype=torch.float64)
        return Particles.first(state.rows, self.crowd.particles, len(levels), nothing).within(state)

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """One step of all particles."""
        if bool((s_next > state.s).any()):
            raise InputError("particles are weighed on the way down only", where="levels", allowed="falling levels")
        return self.forward(model, state, s_next, ctx)

    def misfit(self, x: Tensor, state: State, ctx: Context) -> Tensor:
        """|y − A x|²/2 of clean points, [B] float64 on the CPU."""
        residual = self.measurement.residual(self.operator, x, state.rows, ctx)
        return moved(residual.double().square().flatten(1).sum(1) / 2, "cpu")

    def thinned(self, state: State, particles: Particles, ctx: Context) -> tuple[Particles, Tensor]:
        """After drawing anew the groups in which few count: the particles, and where each place came from."""
        origin = torch.arange(len(state.rows))
        for group in particles.everyone():
            size = effective_size(particles.log_weight[group])
            particles.ess[group, state.step[group]] = size
            if size < self.crowd.ess_threshold * len(group) * (1 - ROUNDING):
                weights = particles.log_weight[group]
                drawn = moved(ctx.noise.uniform(state.take(group[:1]), "fk/resampling", event=(len(group),))[0], "cpu")
                origin[group] = group[ancestors(weights, drawn, self.crowd.resampling)]
                particles.ancestor[group, state.step[group]] = particles.slot[origin[group]]
                particles.log_normaliser[group] += log_mean(weights)
                particles.log_weight[group] = 0.0
        return particles.moved(origin), origin

    def finish(self, state: State, ctx: Context) -> Sample:
        """The particles that are the outcome, with what is told of them."""
        particles = self.at_the_end(state, ctx)
        groups = particles.everyone()
        share, total = particles.log_weight.clone(), particles.log_normaliser.clone()
        for group in groups:
            share[group] = torch.log_softmax(particles.log_weight[group], 0)
            total[group] += log_mean(particles.log_weight[group])
        picked = torch.cat(groups) if self.crowd.outcome == "all" else self._drawn(state, share, groups, ctx)
        told = {"log_weight": share, "log_normaliser": total, "ess": particles.ess, "ancestor": particles.ancestor}
        sample = super().finish(state.take(picked), ctx)
        aux = {PREFIX + name: moved(entry[picked], state.x.device) for name, entry in told.items()}
        return replace(sample, aux={**sample.aux, **aux})

    def at_the_end(self, state: State, ctx: Context) -> Particles:
        """The particles with the weights of the samples themselves."""
        return Particles.of(state)

    def _drawn(self, state: State, weights: Tensor, groups: list[Tensor], ctx: Context) -> Tensor:
        """One particle of each group, by weight."""
        found = []
        for group in groups:
            point = moved(ctx.noise.uniform(state.take(group[:1]), "fk/outcome", event=(1,))[0], "cpu")
            found.append(group[chosen(weights[group], point)])
        return torch.cat(found)
