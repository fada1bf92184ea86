"""A weighted SDE whose particles follow a posterior without gradients of the model."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor

from graphs import Estimate, Fraction, Known, Number, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.draws import uniform
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.levels import Levels, alpha_sigma, factor
from nodes.contracts.model import Model
from nodes.contracts.operator import Measurement, Operator
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver, enter, look
from nodes.contracts.state import State
from nodes.measurement.posterior import require_even
from nodes.search.particles import Particles
from nodes.search.resampling import Scheme
from nodes.solver.ensemble import Count, Crowd, Ensemble, Outcome, require_likelihood


def cost(known: Known) -> Estimate:
    """A call a step, for every particle."""
    particles = known.number("num_particles")
    return Estimate(calls=lambda steps: particles * steps)


@node(abilities=abilities("stochastic"), cost=cost)
def afdps(
    operator: Operator,
    measurement: Measurement,
    *,
    num_particles: Count = 16,
    kappa: Annotated[float, Number(minimum=0, maximum=1000, step=0.1)] = 1.0,
    ess_threshold: Fraction = 0.5,
    resampling: Scheme = "systematic",
    outcome: Outcome = "one",
) -> Solver:
    """Posterior sampling by an ensemble under a weighted SDE (AFDPS, Chen et al. 2025, arXiv:2506.03979).

    In y = x0 + s·ε the particles follow p_s(x) exp(−μ_s(x)), μ_s = |y − A x|²/(2 (σ_y² + kappa s²)): from s to s', with
    d = s² − s'², the score f = (x0 − x)/s² and G = ∇μ_s, x ← x + d f − d G + √d z and
    log w += −d ⟨f, G⟩ + d (|G|² − Δμ_s)/2 − (μ_s' − μ_s); at first log w = −μ. A group of a row is drawn anew where its
    effective size falls below `ess_threshold` of it. The weights make it consistent as steps and particles grow; the
    pull alone is not. Steps of Euler and Maruyama: take many. Told in aux by name are "fk/log_weight", "fk/ess",
    "fk/ancestor" and "fk/log_normaliser", which estimates log E exp(−|y − A x|²/(2 σ_y²)). `outcome`: "one" particle of
    each row, drawn by weight, or "all". Row r has the measurement `origin mod R`.
    Cost: `num_particles` model calls a step, no pass backward. Errors: an operator that is not linear; a measurement
    without noise; levels that rise, or do not end at 0; a sample of tokens.
    """
    require_likelihood(operator, measurement)
    return WeightedSde(operator, measurement, Crowd(num_particles, ess_threshold, resampling, outcome), kappa)


class WeightedSde(Ensemble):
    """The method of `afdps`."""

    abilities = frozenset({"stochastic"})

    def __init__(self, operator: Operator, measurement: Measurement, crowd: Crowd, kappa: float) -> None:
        super().__init__(operator, measurement, crowd)
        self.kappa = kappa

    def calls(self, steps: int) -> float:
        """One a step for every particle."""
        return self.crowd.particles * steps

    def begin(self, sample: Sample, levels: Levels, ctx: Context) -> State:
        """The noise at the first level."""
        self.own(sample.space)
        first = levels.of(sample.rows)[0]
        require_even(first)
        return State.at(sample, enter(sample, first), first.clone())

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> GaussianKernel:
        """A point: all is drawn within the step."""
        after = self.step(model, state, s_next, ctx)
        return GaussianKernel(after.x, torch.zeros(len(after.rows), dtype=torch.float64), after, after)

    def forward(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """Weighed at the first, drawn anew, moved."""
        particles, places = Particles.of(state), torch.ones(len(state.rows), dtype=torch.bool)
        opened = (state.step == 0) & torch.isfinite(state.s)
        first = -self.misfit(self._clean(state), state, ctx) / self._width(state.s)
        particles = particles.weighed(opened, first, particles.running)
        particles, origin = self.thinned(state, particles, ctx)
        state = state.take(origin, rows=state.rows)
        after, gained = self._moved(model, state, s_next, ctx)
        return particles.weighed(places, gained, particles.running).within(after)

    def _moved(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> tuple[State, Tensor]:
        """The particles after the step, and what their weights gain; out of pure noise they only come in."""
        state, x0 = look(model, state, s_next, ctx)
        pure = torch.isinf(state.s)
        s = torch.where(pure, s_next + 1, state.s)
        y, length, width = self._clean(state), s.square() - s_next.square(), self._width(s)
        score = (x0 - y) / factor(s.square(), y)
        residual = self.measurement.residual(self.operator, y, state.rows, ctx)
        slope = -self.operator.adjoint(residual, state.rows) / factor(width, y)
        z = ctx.noise.normal(state, "step")
        there = y + factor(length, y) * (score - slope) + factor(length.sqrt(), y) * z
        there = torch.where(_beside(pure, y), factor(s_next, y) * state.x, there)
        # The annealing is weighed where the step begins: at its end it has the same limit, and more variance.
        annealed = self.misfit(y, state, ctx) * (1 / self._width(s_next) - 1 / width)
        curved = -(_inner(score, slope) - _inner(slope, slope) / 2) - self._trace(y) / width / 2
        entered = -self.misfit(there, state, ctx) / self._width(s_next)
        gained = torch.where(pure, entered, length * curved - annealed)
        alpha, sigma = alpha_sigma(s_next)
        x = torch.where(_beside(pure, y), factor(sigma, y) * state.x, factor(alpha, y) * there)
        return state.reached(x, s_next), gained

    def _clean(self, state: State) -> Tensor:
        """X √(1 + s²), x itself at pure noise."""
        s = state.s.masked_fill(torch.isinf(state.s), 0.0)
        return state.x * factor(torch.sqrt(1 + s.square()), state.x)

    def _width(self, s: Tensor) -> Tensor:
        """σ_y² + kappa s²."""
        return self.measurement.sigma**2 + self.kappa * s.masked_fill(torch.isinf(s), 0.0).square()

    def _trace(self, like: Tensor) -> Tensor:
        """The trace of AᵀA by one vector of signs, the same always; exact where AᵀA is diagonal; [1] on the CPU."""
        rows = Rows.first(0, 1)
        signs = torch.where(uniform(rows, tuple(like.shape[1:]), "afdps") < 0.5, -1.0, 1.0)  # noqa: PLR2004 - even
        return moved(self.operator.apply(moved(signs.to(like.dtype), like.device), rows), "cpu").double().square().sum()


def _inner(one: Tensor, other: Tensor) -> Tensor:
    """⟨one, other⟩ of each row, [B] float64 on the CPU."""
    return moved((one.double() * other.double()).flatten(1).sum(1), "cpu")


def _beside(rows: Tensor, like: Tensor) -> Tensor:
    return moved(rows, like.device).reshape(-1, *(1,) * (like.ndim - 1))
