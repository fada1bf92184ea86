"""A solver on particles: it weighs them by a reward, and draws them anew where few of them count."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.levels import Levels, any_place
from nodes.contracts.model import Model
from nodes.contracts.population import siblings
from nodes.contracts.reward import Reward, finite_scores, score
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver, look
from nodes.contracts.state import State
from nodes.search.particles import PREFIX, Particles
from nodes.search.potentials import Potential, nothing_yet, tilt, weighed
from nodes.search.resampling import Scheme, ancestors, chosen, effective_size, log_mean

Outcome: TypeAlias = Literal["one", "best", "all"]
"""Which particles of a row are its samples."""

ROUNDING = 1e-9
"""By how much an effective size may seem smaller than it is."""


@dataclass(frozen=True)
class Plan:
    """How to steer; the parameters of `search.fk_steering`."""

    particles: int
    strength: float
    potential: Potential = "difference"
    interval: int = 1
    window: tuple[float, float] = (0.0, float("inf"))
    ess_threshold: float = 0.5
    resampling: Scheme = "systematic"
    outcome: Outcome = "one"

    @property
    def idle(self) -> bool:
        """Whether there is nothing to weigh."""
        return self.strength == 0 or self.particles == 1


class Steered(Solver):
    """The solver of `search.fk_steering`."""

    def __init__(self, solver: Solver, reward: Reward, plan: Plan) -> None:
        self.solver, self.reward, self.plan = solver, reward, plan
        self.abilities = solver.abilities & {"tokens"}

    def calls(self, steps: int) -> float:
        """The solver's, for every particle."""
        return self.plan.particles * self.solver.calls(steps)

    def start(self, sample: Sample, levels: Levels, ctx: Context) -> State:
        """The solver's start of all particles, those of a row side by side."""
        if not self.plan.idle and bool((levels.s[-1] != 0).any()):
            raise InputError(
                "steering weighs the samples themselves, and these levels do not end there",
                given=f"levels that end at s = {float(levels.s[-1].max()):.4g}",
                allowed="levels that end at s = 0",
                mend="let the levels end at 0",
            )
        plan = self.plan
        state = self.solver.start(siblings(sample, plan.particles, "particles"), levels, ctx)
        running = nothing_yet(plan.potential, len(state.rows))
        return Particles.first(state.rows, plan.particles, len(levels), running).within(state)

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """The solver's step of the particles, weighed and drawn anew where that is due."""
        due = self._due(state)
        if bool(due.any()):
            state, _ = look(model, state, s_next, ctx)
            state = self._thinned(state, due, ctx)
        return self.solver.step(model, state, s_next, ctx)

    def finish(self, state: State, ctx: Context) -> Sample:
        """The particles that are the outcome."""
        particles, aux = Particles.of(state), dict[str, Tensor]()
        if not self.plan.idle:
            scores = self._scores(Sample(state.x, state.s, state.space, state.rows), ctx)
            gained = tilt(scores, self.plan.strength) - particles.given
            particles = particles.weighed(torch.ones_like(gained, dtype=torch.bool), gained, particles.running)
            aux["reward"] = scores
        picked = self._picked(state, particles, aux.get("reward"), ctx)
        sample = self.solver.finish(state.take(picked), ctx)
        aux |= {"ess": particles.ess, "ancestor": particles.ancestor, **_weights(particles)}
        told = {PREFIX + name: moved(entry[picked], state.x.device) for name, entry in aux.items()}
        return replace(sample, aux={**sample.aux, **told})

    def _due(self, state: State) -> Tensor:
        low, high = self.plan.window
        inside = any_place((state.s > low) & (state.s <= high))
        due = inside & (state.step > 0) & (state.step % self.plan.interval == 0)
        return torch.zeros_like(due) if self.plan.idle else due

    def _scores(self, sample: Sample, ctx: Context) -> Tensor:
        with torch.no_grad():
            return finite_scores(score(self.reward, sample, ctx))

    def _thinned(self, state: State, due: Tensor, ctx: Context) -> State:
        """The state after weighing the particles that are due; their places keep their lineage."""
        particles, index = Particles.of(state), due.nonzero()[:, 0]
        scores = self._scores(state.guess().take(index), ctx)
        tilts = torch.zeros_like(particles.given).index_copy(0, index, tilt(scores, self.plan.strength))
        gained, running = weighed(self.plan.potential, tilts, particles.given, particles.running)
        particles = particles.weighed(due, gained, running)
        here = torch.arange(len(due))
        origin = here.clone()
        for group in particles.groups(index):
            size = effective_size(particles.log_weight[group])
            particles.ess[group, state.step[group]] = size
            if size < self.plan.ess_threshold * len(group) * (1 - ROUNDING):
                origin[group] = self._drawn_anew(state, particles, group, ctx)
        if torch.equal(origin, here):
            return particles.within(state)
        return particles.moved(origin).within(state.take(origin, rows=state.rows))

    def _drawn_anew(self, state: State, particles: Particles, group: Tensor, ctx: Context) -> Tensor:
        """The positions of the particles that take the places of a group; their weights are used up."""
        weights = particles.log_weight[group]
        origin = group[ancestors(weights, self._uniforms(state, group, ctx), self.plan.resampling)]
        particles.ancestor[group, state.step[group]] = particles.slot[origin]
        particles.log_normaliser[group] += log_mean(weights)
        particles.log_weight[group] = 0.0
        return origin

    def _uniforms(self, state: State, group: Tensor, ctx: Context) -> Tensor:
        """The uniforms that a group draws, by the lineage of its first particle."""
        drawn = ctx.noise.uniform(state.take(group[:1]), "fk/resampling", event=(len(group),))
        return moved(drawn[0], "cpu")

    def _picked(self, state: State, particles: Particles, scores: Tensor | None, ctx: Context) -> Tensor:
        """The positions of the particles that are the outcome, by groups."""
        groups = particles.everyone()
        if self.plan.outcome == "all":
            return torch.cat(groups)
        if self.plan.outcome == "best":
            return torch.stack([group[0] if scores is None else group[_first_best(scores[group])] for group in groups])
        points = [
            moved(ctx.noise.uniform(state.take(group[:1]), "fk/outcome", event=(1,))[0], "cpu") for group in groups
        ]
        drawn = [group[chosen(particles.log_weight[group], point)] for group, point in zip(groups, points, strict=True)]
        return torch.cat(drawn)


def _first_best(scores: Tensor) -> int:
    return int((scores == scores.max()).nonzero()[0])


def _weights(particles: Particles) -> dict[str, Tensor]:
    """Each particle's share of the log weight of its group, and the group's log normaliser to the end."""
    share, total = particles.log_weight.clone(), particles.log_normaliser.clone()
    for group in particles.everyone():
        share[group] = torch.log_softmax(share[group], 0)
        total[group] += log_mean(particles.log_weight[group])
    return {"log_weight": share, "log_normaliser": total}
