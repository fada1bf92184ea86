"""The twisted diffusion sampler: guided particles whose weights take back what the guidance got wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import torch
from torch import Tensor

from graphs import Estimate, Fraction, InputError, Known, abilities, needs, node
from nodes.contracts.context import Context
from nodes.contracts.devices import moved, take_rows
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.levels import Levels, beside, factor, place
from nodes.contracts.model import Model
from nodes.contracts.operator import Measurement, Operator
from nodes.contracts.query import Prediction, Query
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.state import State
from nodes.measurement.posterior import PriorVariance, ThroughModel, bayes, left_over, require_gradients
from nodes.search.particles import Particles
from nodes.search.resampling import Scheme
from nodes.solver.ensemble import Count, Crowd, Ensemble, Outcome, require_likelihood


def cost(known: Known) -> Estimate:
    """The solver's calls, for every particle."""
    calls, particles = known.input("solver").calls, known.number("num_particles")
    return Estimate(calls=None if calls is None else lambda steps: particles * calls(steps))


@node(abilities=abilities(like="solver", without=("stochastic", "memoryless", "reversible")), cost=cost)
def tds(
    solver: Annotated[Solver, needs("stochastic")],
    operator: Operator,
    measurement: Measurement,
    *,
    num_particles: Count = 4,
    prior_variance: PriorVariance = 1.0,
    ess_threshold: Fraction = 0.5,
    resampling: Scheme = "systematic",
    outcome: Outcome = "one",
) -> Solver:
    """The twisted diffusion sampler, TDS (Wu et al. 2023, arXiv:2306.17775, Algorithm 1).

    Particles step by the solver's kernel q, guided as measurement.pigdm guides, and each is weighed by
    p~(y | x') p(x' | x)/(p~(y | x) q(x' | x, y)), p the kernel without guidance and p~(y | x) = N(y; A x0(x), r² A Aᵀ +
    σ_y²) but for its constant, r² = v s²/(v + s²), v = `prior_variance`; at s = 0 the likelihood itself. So it is exact
    for what the solver samples, as particles grow, whatever the twist is; with the right one all weights are even. A
    group of a row is drawn anew where its effective size falls below `ess_threshold` of it. The step to s' = 0 is not
    guided. Told in aux by name are "fk/log_weight", "fk/ess", "fk/ancestor" and "fk/log_normaliser", which estimates
    log E exp(−|y − A x|²/(2 σ_y²)). `outcome`: "one" particle of each row, drawn by weight, or "all".
    Row r has the measurement `origin mod R`.
    Cost: `num_particles` times the solver's calls, and as many passes backward.
    Errors: a solver that draws nothing, or no normal noise; a model without gradients; an operator that is not linear;
    a measurement without noise; levels that rise, or do not end at 0.
    """
    require_likelihood(operator, measurement)
    if "stochastic" not in solver.abilities or "tokens" in solver.abilities:
        raise InputError(
            "the solver draws no normal noise, so its steps cannot be weighed",
            where="solver",
            given=type(solver).__name__,
            allowed="a solver of points that draws, as solver.ancestral or solver.ddim with eta above 0",
            mend="wire a stochastic solver",
        )
    return Twisted(
        solver, operator, measurement, Crowd(num_particles, ess_threshold, resampling, outcome), prior_variance
    )


class Twisted(Ensemble):
    """The method of `tds`."""

    def __init__(
        self, solver: Solver, operator: Operator, measurement: Measurement, crowd: Crowd, variance: float
    ) -> None:
        super().__init__(operator, measurement, crowd)
        self.solver, self.variance = solver, variance
        self.abilities = solver.abilities - {"stochastic", "memoryless", "reversible"}

    def calls(self, steps: int) -> float:
        """The solver's, for every particle."""
        return self.crowd.particles * self.solver.calls(steps)

    def begin(self, sample: Sample, levels: Levels, ctx: Context) -> State:
        """The solver's start."""
        return self.solver.start(sample, levels, ctx)

    def forward(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """Asked, weighed, drawn anew, moved."""
        require_gradients(model)
        q = Query(state.x, state.s, s_next, state.rows, state.step, memory=state.memory)
        spread = left_over(state.s, self.variance)
        pulled = ThroughModel(model).pull(q, ctx, self.operator, self.measurement, spread)
        answer = pulled.answer
        x = state.x if answer.eps is None else place(answer.x0, answer.eps, state.s)
        state = replace(state, x=x, pred=replace(answer, keep={}), memory={**state.memory, **answer.keep})
        twist = moved(pulled.log_likelihood, "cpu")
        particles = Particles.of(state)
        everyone = torch.ones(len(state.rows), dtype=torch.bool)
        particles = particles.weighed(everyone, twist - particles.running, twist)
        particles, origin = self.thinned(state, particles, ctx)
        state = replace(state, pred_for=model.digest, pred_to=s_next).take(origin, rows=state.rows)
        after, gained = self._moved(model, state, take_rows(pulled.toward, origin), s_next, ctx)
        return particles.weighed(everyone, gained, particles.running).within(after)

    def _moved(self, model: Model, state: State, toward: Tensor, s_next: Tensor, ctx: Context) -> tuple[State, Tensor]:
        """A draw from the guided kernel, and log p − log q of it; where nothing is drawn, the kernel's own point."""
        if state.pred is None:
            raise TypeError("the state has not been looked at")
        pulled = state.pred.x0 + factor(bayes(state.s), toward) * toward
        guided = self._kernel(model, replace(state, pred=Prediction(pulled)), s_next, ctx)
        free = self._kernel(model, state, s_next, ctx)
        drawn = free.std > 0
        x = torch.where(beside(drawn, free.mean), guided.sample(ctx), free.mean)
        off = (x.double() - guided.mean).square() - (x.double() - free.mean).square()
        ratio = moved(off.flatten(1).sum(1), "cpu") / (2 * torch.where(drawn, free.std, 1.0).square())
        return free.at(x), torch.where(drawn, ratio, 0.0)

    def _kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> GaussianKernel:
        """The solver's kernel for the prediction that the state holds."""
        kernel = self.solver.kernel(model, state, s_next, ctx)
        if not isinstance(kernel, GaussianKernel) or kernel.std.ndim > 1:
            raise InputError(
                "the law of the solver's steps is not normal with one deviation",
                where="solver",
                given=type(self.solver).__name__,
                allowed="a solver as solver.ancestral or solver.ddim with eta above 0",
                mend="wire another solver",
            )
        return kernel

    def at_the_end(self, state: State, ctx: Context) -> Particles:
        """Weighed by the likelihood itself."""
        particles = Particles.of(state)
        last = -self.misfit(state.x, state, ctx) / self.measurement.sigma**2
        everyone = torch.ones(len(last), dtype=torch.bool)
        return particles.weighed(everyone, last - particles.running, last)
