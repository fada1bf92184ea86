"""One small thing of each behaviour, for what a node wants to be given: its laws are then tried on these.

They are plain on purpose, and do all that their contract allows: draw, remember, keep memory, give gradients.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from nodes.contracts.codec import Codec
from nodes.contracts.context import Context
from nodes.contracts.driving import solve
from nodes.contracts.kernel import GaussianKernel, Kernel
from nodes.contracts.levels import alpha_sigma, eps_of, factor, place
from nodes.contracts.model import Asks, Mixer, Model
from nodes.contracts.operator import Operator
from nodes.contracts.program import Parts, Program
from nodes.contracts.query import Prediction, Query
from nodes.contracts.reward import Reward
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver, Stochastic, look
from nodes.contracts.state import State


class Euler(Solver):
    """One straight step."""

    abilities = frozenset({"memoryless"})

    def calls(self, steps: int) -> float:
        """One a step."""
        return steps

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """To s_next along ε."""
        state, x0 = look(model, state, s_next, ctx)
        return state.reached(place(x0, eps_of(state.x, x0, state.s), s_next), s_next)


class Ancestral(Stochastic):
    """Half of the variance that a step may draw is drawn."""

    abilities = frozenset({"stochastic", "memoryless"})

    def calls(self, steps: int) -> float:
        """One a step."""
        return steps

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> Kernel:
        """α' x0 + σ'/√2 ε, and noise of standard deviation σ'/√2."""
        state, x0 = look(model, state, s_next, ctx)
        alpha, sigma = alpha_sigma(s_next)
        half = sigma / 2**0.5
        mean = factor(alpha, x0) * x0 + factor(half, x0) * eps_of(state.x, x0, state.s)
        return GaussianKernel(mean, half, state, state.reached(state.x, s_next))


class TwoStep(Solver):
    """Along a mean of this step's ε and the one before; of a row's first step alone, this one's."""

    def calls(self, steps: int) -> float:
        """One a step."""
        return steps

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """To s_next along 1.2 ε − 0.2 ε before."""
        state, x0 = look(model, state, s_next, ctx)
        eps = eps_of(state.x, x0, state.s)
        before = state.past.get("two_step/eps", eps)
        old = (state.step > 0).to(eps.dtype) * 0.2
        mixed = eps + factor(old, eps) * (eps - before)
        reached = state.reached(place(x0, mixed, s_next), s_next)
        return replace(reached, past={**state.past, "two_step/eps": eps})


class Momentum(Mixer):
    """A model whose answer leans on its answer of the step before, which it keeps."""

    def __init__(self, model: Model) -> None:
        self.model, self.space, self.abilities = model, model.space, model.abilities - {"prompt"}

    def cost(self, s: float) -> float:
        """The model's."""
        return self.model.cost(s)

    def asks(self, q: Query, ctx: Context) -> Asks:
        """The question as it is."""
        return [(self.model, q)]

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """0.9 x0 + 0.1 of the last."""
        mixed = 0.9 * answers[0].x0 + 0.1 * q.recall("last", answers[0].x0)
        return Prediction(mixed, keep={"last": mixed})


class Nearness(Reward):
    """How near to a point all coordinates are."""

    abilities = frozenset({"differentiable", "noisy"})

    def __init__(self, point: float = 0.5, space: str = "any") -> None:
        self.point, self.space = point, space

    def score(self, sample: Sample, ctx: Context) -> Tensor:
        """−|x − point|²/2."""
        return -(sample.x.double() - self.point).square().flatten(1).sum(1) / 2


class UpperHalf(Operator):
    """Sees the first two lines of a picture, twice as large."""

    abilities = frozenset({"linear"})

    def apply(self, x: Tensor, rows: Rows) -> Tensor:
        """2 x of the upper half."""
        return 2 * x[:, :, :2]

    def adjoint(self, y: Tensor, rows: Rows) -> Tensor:
        """2 y above, 0 below."""
        return torch.cat([2 * y, torch.zeros_like(y)], 2)

    def pinv(self, y: Tensor, rows: Rows) -> Tensor:
        """y/2 above, 0 below."""
        return torch.cat([y / 2, torch.zeros_like(y)], 2)

    def prox(self, v: Tensor, y: Tensor, rho: Tensor, rows: Rows) -> Tensor:
        """(2 y + rho v)/(4 + rho) above, v below."""
        weight = factor(rho, v)
        above = (2 * y + weight * v[:, :, :2]) / (4 + weight)
        return torch.cat([above, v[:, :, 2:]], 2)


class Doubling(Codec):
    """Latents are the pixels times two."""

    name = "doubling"

    def encode(self, x: Sample, ctx: Context) -> Sample:
        """2 x."""
        return Sample(2 * x.x, x.s, replace(x.space, name="latents", codec=self.name), x.rows)

    def decode(self, z: Sample, ctx: Context) -> Sample:
        """z/2."""
        self.own(z.space)
        return Sample(z.x / 2, z.s, replace(z.space, name="pixels", codec=None), z.rows)


class Bound(Program):
    """A model, a solver and levels as a program."""

    def __init__(self, parts: Parts) -> None:
        self.parts: Parts = parts

    def run(self, noise: Sample, ctx: Context) -> Sample:
        """The sample at the last level."""
        return solve(self.parts.model, self.parts.solver, noise, self.parts.levels, ctx)
