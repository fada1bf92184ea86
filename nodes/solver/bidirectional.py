"""The bidirectional family: explicit two-step methods of which every step can be undone."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.levels import Levels, alpha_sigma, beside, eps_of, factor, place
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver, look
from nodes.contracts.state import State
from nodes.solver.staying import stayed

POINT, CLARITY = "bidirectional/x", "bidirectional/clarity"
"""In a state's past and a sample's aux: the point before, and the α/σ of its level; 0 where no point is known."""


class Step(NamedTuple):
    """The levels of a two-step method: where it was, where it is, where it goes; on one device, in one shape."""

    before: Tensor
    here: Tensor
    after: Tensor

    @property
    def ratio(self) -> Tensor:
        """d'/d, the length of this step over that of the one before."""
        return (self.after - self.here) / (self.here - self.before)


class Bidirectional(Solver):
    """x'' = E(x' → s'') + w (x − E(x' → s)), E being Euler's step from x' at s' with the ε there.

    So x = E(x' → s) + (x'' − E(x' → s''))/w: the step of the same form the other way, its weight 1/w.
    """

    abilities = frozenset({"reversible"})

    @abstractmethod
    def weight(self, step: Step) -> Tensor:
        """The w of a step, 1/w of the same step the other way."""

    def calls(self, steps: int) -> float:
        """One a step."""
        return steps

    def start(self, sample: Sample, levels: Levels, ctx: Context) -> State:
        """The point at the first level, with the one before where the sample carries it."""
        if bool(torch.isinf(levels.s).any()):
            raise InputError(
                "a step to or from pure noise cannot be undone",
                given=levels.describe(),
                allowed="finite levels",
                mend="begin at a large finite level, as 80; noise enters there as σ ε",
            )
        state = super().start(sample, levels, ctx)
        kept = {name: sample.aux[name] for name in (POINT, CLARITY) if name in sample.aux}
        clarity = moved(torch.zeros_like(state.s), state.x.device)
        return replace(state, past={**state.past, POINT: torch.zeros_like(state.x), CLARITY: clarity, **kept})

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """On from two points; by Euler's step where one is known; back to the point before where that is wanted."""
        begun = state.x
        state, x0 = look(model, state, s_next, ctx)
        here, to = moved(state.s, x0.device), moved(s_next, x0.device)
        clarity, point = state.past[CLARITY], state.past[POINT]
        levels = Step(1 / clarity, here, to)
        onward = (clarity > 0) & ((to - here) * (here - levels.before) > 0)
        eps = eps_of(state.x, x0, state.s)
        before = torch.where(onward, levels.before, here)
        weight = torch.where(onward, self.weight(levels._replace(before=before)), 0.0)
        missed = factor(weight, x0) * (point - place(x0, eps, before))
        reached = place(x0, eps, s_next) + torch.where(beside(onward, x0), missed, 0.0)
        reached = torch.where(beside(1 / to == clarity, x0), point, reached)
        moves = here != to
        past = {
            POINT: torch.where(beside(moves, x0), state.x, point),
            CLARITY: torch.where(moves, 1 / here, clarity),
        }
        after = state.reached(stayed(begun, reached, state.s, s_next), s_next)
        return replace(after, past={**after.past, **past})

    def finish(self, state: State, ctx: Context) -> Sample:
        """The sample, with the point before it."""
        sample = super().finish(state, ctx)
        return replace(sample, aux={**sample.aux, **{name: state.past[name] for name in (POINT, CLARITY)}})


def scaled(step: Step) -> Tensor:
    """α''/α of a step: a weight of the points y = x/α is this times larger for x."""
    return alpha_sigma(step.after)[0] / alpha_sigma(step.before)[0]
