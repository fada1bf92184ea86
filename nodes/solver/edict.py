"""EDICT: two coupled samples, so that every step can be undone exactly."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, NamedTuple

import torch
from torch import Tensor

from graphs import Estimate, InputError, Number, Span, abilities, also, node
from nodes.contracts.context import Context
from nodes.contracts.levels import Levels, alpha_sigma, any_place, eps_of, factor
from nodes.contracts.model import Model
from nodes.contracts.query import Prediction
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver, look, probe
from nodes.contracts.state import State

OTHER = "edict/y"
"""The sample that x is coupled to, in a state's past and a sample's aux."""


@node(abilities=abilities("reversible"), cost=Estimate(calls=lambda steps: Span.of(2) * steps))
def edict(*, mixing: Annotated[float, Number(minimum=0.5, maximum=1, step=0.01), also("p")] = 0.93) -> Solver:
    """EDICT (Wallace et al. 2023, arXiv:2211.12446, equations 13 to 15): DDIM that can be undone exactly.

    Two samples x and y, equal at the start, step in turn, each by the ε of the other: with a = α'/α and b = σ' − a σ,
    y' = a y + b ε(x), x' = a x + b ε(y'), then y ← p y' + (1 − p) x' and x ← p x' + (1 − p) y, p = `mixing`; whoever
    was moved second waits for the other in the next step. Where the level rises the same step is undone: all questions
    are asked at the higher level, so sampling over the rising levels and then over the falling ones gives back both
    samples but for rounding, whatever the model is (one that gives an ε of its own, as CFG++, excepted). The second
    sample travels as "edict/y" in the sample's aux; a sample without it begins with y = x.
    Weak mixing keeps them together, p = 1 couples only. Rounding grows by 1/p² a step: float32 at least.
    2 model calls a step; deterministic. Errors: levels that begin or end at pure noise (s = inf); tokens.
    """
    return Edict(mixing)


class Pair(NamedTuple):
    """Two coupled points: `first` is asked about first in a step down, and moved second."""

    first: Tensor
    second: Tensor


class Edict(Solver):
    """The method of `edict`."""

    abilities = frozenset({"reversible"})

    def __init__(self, mixing: float) -> None:
        self.mixing = mixing

    def calls(self, steps: int) -> float:
        """Two a step."""
        return 2 * steps

    def start(self, sample: Sample, levels: Levels, ctx: Context) -> State:
        """Both samples at the first level; equal where there is only one."""
        if bool(torch.isinf(levels.s).any()):
            raise InputError(
                "EDICT cannot step to or from pure noise",
                given=levels.describe(),
                allowed="finite levels",
                mend="begin at a large finite level, as 80; noise enters there as σ ε",
            )
        state = super().start(sample, levels, ctx)
        return replace(state, past={**state.past, OTHER: sample.aux.get(OTHER, state.x)})

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """A step down, or one undone, for each row as its level goes."""
        rising = any_place(s_next > state.s)
        if not bool(rising.any()):
            return self._down(model, state, s_next, ctx)
        if bool(rising.all()):
            return self._undone(model, state, s_next, ctx)
        up, down = rising.nonzero()[:, 0], (~rising).nonzero()[:, 0]
        state = state.put(up, self._undone(model, state.take(up), s_next[up], ctx))
        return state.put(down, self._down(model, state.take(down), s_next[down], ctx))

    def finish(self, state: State, ctx: Context) -> Sample:
        """The sample, with the one that it is coupled to."""
        sample = super().finish(state, ctx)
        return replace(sample, aux={**sample.aux, OTHER: state.past[OTHER]})

    def _down(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        scale, shift = coefficients(state.s, s_next)
        state, x0 = look(model, state, s_next, ctx)
        pair = Pair(state.x, state.past[OTHER])
        second = moved_by(pair.second, eps_of(pair.first, x0, state.s), scale, shift)
        _, slope = probe(model, state, second, state.s, ctx)
        first = moved_by(pair.first, slope, scale, shift)
        second = self.mixing * second + (1 - self.mixing) * first
        first = self.mixing * first + (1 - self.mixing) * second
        # Whoever was moved second waits for the other in the next step.
        return _reached(state, Pair(second, first), s_next)

    def _undone(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        scale, shift = coefficients(s_next, state.s)
        second, first = state.x, state.past[OTHER]
        first = (first - (1 - self.mixing) * second) / self.mixing
        second = (second - (1 - self.mixing) * first) / self.mixing
        _, slope = probe(model, state, second, s_next, ctx)
        first = moved_back(first, slope, scale, shift)
        x0, slope = probe(model, state, first, s_next, ctx)
        second = moved_back(second, slope, scale, shift)
        return replace(_reached(state, Pair(first, second), s_next), pred=Prediction(x0))


def coefficients(s: Tensor, s_next: Tensor) -> tuple[Tensor, Tensor]:
    """The a and b of DDIM's x' = a x + b ε from level s to s_next."""
    (alpha, sigma), (alpha_next, sigma_next) = alpha_sigma(s), alpha_sigma(s_next)
    scale = alpha_next / alpha
    return scale, sigma_next - scale * sigma


def moved_by(x: Tensor, eps: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """The point a x + b ε."""
    return factor(scale, x) * x + factor(shift, x) * eps


def moved_back(x: Tensor, eps: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """The point that `moved_by` takes to x."""
    return (x - factor(shift, x) * eps) / factor(scale, x)


def _reached(state: State, pair: Pair, s: Tensor) -> State:
    state = state.reached(pair.first, s)
    return replace(state, past={**state.past, OTHER: pair.second})
