"""The solver contract, and how a solver asks: `look` at the state itself, `probe` at other points of a step."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace

import torch
from torch import Tensor

from graphs import InputError, behaviour
from nodes.contracts.asking import predict
from nodes.contracts.context import Context
from nodes.contracts.identity import Identified
from nodes.contracts.kernel import Kernel
from nodes.contracts.levels import Levels, alpha_sigma, any_place, eps_of, factor, place
from nodes.contracts.model import Model
from nodes.contracts.query import Query
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.contracts.state import State


@behaviour(colour="#2f9e8f")
class Solver(Identified, ABC):
    """Takes a noised sample from one level to the next, asking a model.

    Abilities: "stochastic" (it has a kernel that draws), "reversible" (the way up undoes the way down), "memoryless"
    (a step needs nothing of the step before), "tokens" (it solves tokens, and nothing else).
    """

    abilities: frozenset[str] = frozenset()

    @abstractmethod
    def calls(self, steps: int) -> float:
        """How often it asks the model in so many steps that end at s = 0."""

    def start(self, sample: Sample, levels: Levels, ctx: Context) -> State:
        """The state at the first level."""
        self.own(sample.space)
        first = levels.of(sample.rows)[0]
        return State.at(sample, enter(sample, first), first.clone())

    def own(self, space: Space) -> None:
        """`InputError` where it does not solve what points of this space are made of, or draws noise that they lack."""
        if space.source is not None and "stochastic" in self.abilities:
            raise InputError(
                "the solver draws normal noise, and that of the sample has another law",
                given=f"noise of the law {space.source}",
                allowed="a solver that draws nothing, as solver.heun or solver.dpmpp_2m",
                mend="choose a deterministic solver, or set its eta or churn to 0",
            )
        if bool(space.vocabulary) != ("tokens" in self.abilities):
            raise InputError(
                "the solver does not solve what the sample is made of",
                given=f"a sample of {space.describe()}" + (" (tokens)" if space.vocabulary else ""),
                allowed="tokens" if "tokens" in self.abilities else "points of real numbers",
                mend="use solver.unmask for tokens, any other solver for the rest",
            )

    @abstractmethod
    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """The state at level s_next, which is like state.s."""

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> Kernel:
        """The law of the next state; only of a solver that is stochastic."""
        raise InputError(
            "this solver draws nothing, so its steps have no law",
            given=type(self).__name__,
            allowed='a solver with the ability "stochastic", as solver.ancestral or solver.ddim with eta above 0',
            mend="wire a stochastic solver",
        )

    def finish(self, state: State, ctx: Context) -> Sample:
        """The sample; its rows get a lineage of their own, so that noise added later is not the noise taken away."""
        return Sample(state.x, state.s, state.space, state.rows.fork(1, "sampled"))


class Stochastic(Solver):
    """A solver that is its kernel: a step draws from it."""

    @abstractmethod
    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> Kernel:
        """The law of the next state."""

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """A draw from the kernel."""
        kernel = self.kernel(model, state, s_next, ctx)
        return kernel.at(kernel.sample(ctx))


def look(model: Model, state: State, to: Tensor, ctx: Context) -> tuple[State, Tensor]:
    """Ask at the state itself, on the way to level `to`; rows whose answer the state already holds are not asked again.

    The state's x is moved to α x0 + σ ε where the model gave an ε of its own, and what the models keep goes into its
    memory. Returns the state, which holds the prediction, and x0 [B, *event].
    """
    if state.pred is None or state.pred_to is None:
        return _asked(model, state, to, ctx)
    open_rows = any_place(state.answered_for(model.digest) != to)
    if not bool(open_rows.any()):
        return state, state.pred.x0
    if bool(open_rows.all()):
        return _asked(model, state, to, ctx)
    index = open_rows.nonzero()[:, 0]
    part, _ = _asked(model, state.take(index), to[index], ctx)
    both = state.put(index, part)
    return both, x0_of(both)


def _asked(model: Model, state: State, to: Tensor, ctx: Context) -> tuple[State, Tensor]:
    q = Query(state.x, state.s, to, state.rows, state.step, memory=state.memory)
    answer = predict(model, q, ctx)
    x = state.x if answer.eps is None else place(answer.x0, answer.eps, state.s)
    memory = {**state.memory, **answer.keep} if answer.keep else state.memory
    pred = replace(answer, keep={}) if answer.keep else answer
    return replace(state, x=x, pred=pred, pred_for=model.digest, pred_to=to, memory=memory), answer.x0


def x0_of(state: State) -> Tensor:
    """The predicted x0 of a state that has been looked at."""
    if state.pred is None:
        raise TypeError("the state has not been looked at")
    return state.pred.x0


def probe(model: Model, state: State, x: Tensor, s: Tensor, ctx: Context) -> tuple[Tensor, Tensor]:
    """Ask at another point (x, s) of a step of these rows: x0 and ε there. Memory is read, and nothing is kept."""
    q = Query(x, s, s, state.rows, state.step, memory=state.memory, stage=1)
    answer = predict(model, q, ctx)
    return answer.x0, eps_of(x, answer.x0, s) if answer.eps is None else answer.eps


def enter(sample: Sample, first: Tensor) -> Tensor:
    """The x at the first level. From pure noise the unknown x0 is 0: x = σ ε (EDM, arXiv:2206.00364, Algorithm 1).

    Tokens that are all masked stay so.
    """
    s = sample.s.reshape(*sample.s.shape, *(1,) * (first.ndim - sample.s.ndim))
    noise = torch.isinf(s)
    away = (~noise & ~torch.isclose(s, first, rtol=1e-6)) | (~noise & torch.isinf(first))
    if bool(away.any()):
        row = int(any_place(away).nonzero()[0])
        raise InputError(
            "the sample is not at the level where the levels begin",
            given=f"a sample at s = {float(s[row].max()):.4g}, levels from s = {float(first[row].max()):.4g}",
            allowed="pure noise, or a sample at the first level",
            mend="begin the levels at the sample's own level, or wire noise",
        )
    if sample.space.vocabulary:
        return sample.x
    _, sigma = alpha_sigma(first)
    return factor(torch.where(noise, sigma, 1.0), sample.x) * sample.x
