"""Steps that ask at several points: what every explicit one-step method shares."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import torch
from torch import Tensor

from graphs import Estimate, Span
from nodes.contracts.context import Context
from nodes.contracts.devices import put_rows, take_rows
from nodes.contracts.levels import alpha_sigma, any_place, combined, eps_of, place
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver, look, probe
from nodes.contracts.state import State
from nodes.solver.exponential import measurable
from nodes.solver.staying import stayed

Weights: TypeAlias = tuple[Tensor | None, ...]
"""A factor for each answer so far, float64 like the levels; None for 0."""


class Answer(NamedTuple):
    """What a model said at a point: x0, and the ε that goes with it."""

    x0: Tensor
    eps: Tensor


@dataclass(frozen=True)
class Stage:
    """A point of a step: its level, and the weights of each answer's x0 and ε in it."""

    s: Tensor
    x0: Weights
    eps: Weights

    def blended(self, answers: Sequence[Answer]) -> Tensor:
        """The point x = Σ x0_j weight_j + Σ ε_j weight_j."""
        of_x0 = zip(self.x0, (one.x0 for one in answers), strict=False)
        of_eps = zip(self.eps, (one.eps for one in answers), strict=False)
        terms = [(weight, tensor) for weight, tensor in (*of_x0, *of_eps) if weight is not None]
        return combined([weight for weight, _ in terms], [tensor for _, tensor in terms])


def moved_eps(s: Tensor, *shares: Tensor | None) -> Stage:
    """Euler's point at s, and of each later answer its share of ε_j − ε_0."""
    alpha, sigma = alpha_sigma(s)
    return Stage(s, (alpha,), (_rest(sigma, shares), *shares))


def moved_x0(s: Tensor, *shares: Tensor | None) -> Stage:
    """Euler's point at s, and of each later answer its share of x0_j − x0_0."""
    alpha, sigma = alpha_sigma(s)
    return Stage(s, (_rest(alpha, shares), *shares), (sigma,))


def _rest(whole: Tensor, shares: Sequence[Tensor | None]) -> Tensor:
    for share in shares:
        whole = whole if share is None else whole - share
    return whole


def stages_cost(stages: int) -> Estimate:
    """So many calls a step, one where it begins or ends at data or pure noise."""
    extra = stages - 1
    return Estimate(
        calls=lambda steps: Span(stages * steps.low - extra, stages * steps.high - extra), saves=float(extra)
    )


class Staged(Solver):
    """An explicit one-step method, told by its `plan`; Euler's step where that is not `curved`."""

    abilities = frozenset({"memoryless"})
    stages = 2
    """Questions in a step."""

    def calls(self, steps: int) -> float:
        """As many as there are stages, one in the last step."""
        return self.stages * (steps - 1) + 1

    @abstractmethod
    def plan(self, s: Tensor, s_next: Tensor) -> Sequence[Stage]:
        """The points of a step after the first, of which the last is its end and is not asked about."""

    def curved(self, s: Tensor, s_next: Tensor) -> Tensor:
        """Where the plan is followed: between data and pure noise."""
        return measurable(s, s_next)

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """The end of the plan, row by row."""
        begun = state.x
        state, x0 = look(model, state, s_next, ctx)
        first = Answer(x0, eps_of(state.x, x0, state.s))
        rows = any_place(self.curved(state.s, s_next))
        if bool(rows.all()):
            reached = self._followed(model, state, first, s_next, ctx)
        else:
            reached = place(first.x0, first.eps, s_next)
            if bool(rows.any()):
                index = rows.nonzero()[:, 0]
                part = Answer(take_rows(first.x0, index), take_rows(first.eps, index))
                ends = self._followed(model, state.take(index), part, s_next[index], ctx)
                reached = put_rows(reached, index, ends)
        return state.reached(stayed(begun, reached, state.s, s_next), s_next)

    def _followed(self, model: Model, state: State, first: Answer, s_next: Tensor, ctx: Context) -> Tensor:
        """The end of the plan, for rows that have a place where it is followed."""
        curved = self.curved(state.s, s_next)
        plan = self.plan(torch.where(curved, state.s, 2.0), torch.where(curved, s_next, 1.0))
        if state.s.ndim > 1:
            waiting = [_straight(stage, curved, state.s) for stage in plan[:-1]]
            plan = [*waiting, _straight(plan[-1], curved, s_next)]
        answers = [first]
        for stage in plan[:-1]:
            answers.append(Answer(*probe(model, state, stage.blended(answers), stage.s, ctx)))
        return plan[-1].blended(answers)


def _straight(stage: Stage, curved: Tensor, s: Tensor) -> Stage:
    """The stage, but Euler's point at level s at the places where the plan is not followed."""
    alpha, sigma = alpha_sigma(s)
    at = torch.where(curved, stage.s, s)
    return Stage(at, _only_first(stage.x0, curved, alpha), _only_first(stage.eps, curved, sigma))


def _only_first(weights: Weights, curved: Tensor, straight: Tensor) -> Weights:
    first, *later = weights or (None,)
    begin = torch.where(curved, torch.zeros_like(straight) if first is None else first, straight)
    return (begin, *(None if weight is None else torch.where(curved, weight, 0.0) for weight in later))
