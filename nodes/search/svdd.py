"""Soft value-based decoding: at every step the best of several draws goes on."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from graphs import Estimate, Known, Number, abilities, also, needs, node
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.levels import Levels
from nodes.contracts.reward import Reward
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.state import State
from nodes.search.particles import PREFIX, Particles
from nodes.search.potentials import LARGEST
from nodes.search.refusing import drawing
from nodes.search.resampling import effective_size
from nodes.search.steered import Plan, Steered


def cost(known: Known) -> Estimate:
    """The solver's calls, for every candidate; not known where the reward asks a model."""
    calls, candidates = known.input("solver").calls, known.number("candidates")
    if calls is None or known.asks("reward").high:
        return Estimate(calls=None)
    return Estimate(calls=lambda steps: candidates * calls(steps))


@node(abilities=abilities(like="solver", without=("stochastic", "memoryless", "reversible")), cost=cost)
def svdd(
    solver: Annotated[Solver, needs("stochastic")],
    reward: Reward,
    *,
    candidates: Annotated[
        int, Number(integer=True, minimum=1, maximum=4096, work=True), also("particles", "duplicate_size")
    ] = 10,
    temperature: Annotated[float, Number(minimum=0, maximum=1e6), also("alpha")] = 0.0,
) -> Solver:
    """Soft value-based decoding in diffusion, SVDD-PM (Li et al. 2024, arXiv:2408.08252).

    At every step M = `candidates` next states are drawn from the solver's kernel; one goes on, drawn ∝
    exp(v/temperature) with v = r(x0 predicted at it), at the end r(x) itself; temperature 0 takes the best, of equals
    the first. So the law leans to p(x) · exp(r(x)/temperature), and comes to it only as M grows: with few candidates it
    falls short, for N(0, 1) and r = 1.5 x at temperature 1 the mean is 1.09 for M = 4, 1.42 for 20, not 1.5.
    The prediction that scores a candidate is the one that its step begins with. A row [*event] is M rows on the way,
    all beginning at its own point, each with draws of its own; what was chosen is told in aux as "fk/ancestor", how
    many candidates counted as "fk/ess" at each step, and "fk/reward". 1 candidate is the solver, bitwise.
    Cost: M times the solver's calls, and M rewards a step and row.
    Errors: a solver that draws nothing; levels that do not end at 0; a reward that gives NaN.
    """
    drawing(solver)
    return Svdd(solver, reward, candidates, temperature)


class Svdd(Steered):
    """The solver of `svdd`."""

    def __init__(self, solver: Solver, reward: Reward, candidates: int, temperature: float) -> None:
        super().__init__(solver, reward, Plan(candidates, 1.0))
        self.temperature = temperature

    def start(self, sample: Sample, levels: Levels, ctx: Context) -> State:
        """The solver's start, each row many times at its own point."""
        state = super().start(sample, levels, ctx)
        if self.plan.idle:
            return state
        first = torch.arange(0, len(state.rows), self.plan.particles).repeat_interleave(self.plan.particles)
        return Particles.of(state).within(state.take(first, rows=state.rows))

    def finish(self, state: State, ctx: Context) -> Sample:
        """The candidate that is chosen of the finished ones."""
        particles, aux = Particles.of(state), dict[str, Tensor]()
        picked = torch.stack([group[0] for group in particles.everyone()])
        if not self.plan.idle:
            scores = self._scores(Sample(state.x, state.s, state.space, state.rows), ctx)
            picked = self._chosen(state, particles.everyone(), scores, ctx)
            aux["reward"] = scores
        sample = self.solver.finish(state.take(picked), ctx)
        aux |= {"ess": particles.ess, "ancestor": particles.ancestor}
        told = {PREFIX + name: moved(entry[picked], state.x.device) for name, entry in aux.items()}
        return replace(sample, aux={**sample.aux, **told})

    def _thinned(self, state: State, due: Tensor, ctx: Context) -> State:
        """One candidate of each group takes all places of it."""
        particles, index = Particles.of(state), due.nonzero()[:, 0]
        scores = torch.zeros(len(due), dtype=torch.float64)
        scores[index] = self._scores(state.guess().take(index), ctx)
        origin, groups = torch.arange(len(due)), particles.groups(index)
        for group, winner in zip(groups, self._chosen(state, groups, scores, ctx), strict=True):
            particles.ess[group, state.step[group]] = effective_size(self._logs(scores[group]))
            particles.ancestor[group, state.step[group]] = particles.slot[winner]
            origin[group] = winner
        return particles.within(state.take(origin, rows=state.rows))

    def _logs(self, scores: Tensor) -> Tensor:
        """The log weights of candidates [M]; at temperature 0 the best has all."""
        if self.temperature:
            return (scores / self.temperature).clamp(-LARGEST, LARGEST)
        return torch.where(torch.arange(len(scores)) == int(scores.argmax()), 0.0, -LARGEST)

    def _chosen(self, state: State, groups: list[Tensor], scores: Tensor, ctx: Context) -> Tensor:
        """The position of the candidate of each group that goes on, by the lineage of the group's first."""
        logs = pad_sequence([self._logs(scores[group]) for group in groups], True, -torch.inf)
        firsts = state.take(torch.stack([group[0] for group in groups]))
        drawn = moved(ctx.noise.categorical(firsts, moved(logs, state.x.device), "svdd/choice"), "cpu")
        return torch.stack([group[place] for group, place in zip(groups, drawn.tolist(), strict=True)])
