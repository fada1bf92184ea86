"""Steps whose number is found on the way: each row is stepped as finely as its own error asks for."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import Tensor

from graphs import Estimate, InputError, Span
from nodes.contracts.context import Context
from nodes.contracts.devices import moved, put_rows, take_rows
from nodes.contracts.levels import Levels, any_place, beside, eps_of, place
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver, look, probe
from nodes.contracts.state import State
from nodes.solver.clocks import Clock
from nodes.solver.controller import Controller
from nodes.solver.journey import Journey, asked_again, part_of, put_answer
from nodes.solver.stages import Answer, Stage
from nodes.solver.staying import stayed

NEARLY = 1e-12
"""A rest of an interval that is too short for a step of its own."""
SMALLEST_ERROR = 1e-4
"""What the controller takes for the error before the first step."""


@dataclass(frozen=True)
class Bounds:
    """How finely and how far: tolerances, up to where steps to data and from pure noise adapt, and how many trials.

    With `whole` the first step goes all the way, past the levels between.
    """

    rtol: float
    atol: float
    sigma_min: float
    sigma_max: float
    max_steps: int
    whole: bool


class Adaptive(Solver):
    """A method with an embedded one of lower order; in `past` each row's step length, and what it has cost so far."""

    name: ClassVar[str]
    stages: ClassVar[int]
    """Questions of a trial besides the first."""
    reuses_last: ClassVar[bool] = False
    """Whether the last question of a trial is asked at its end."""

    def __init__(self, bounds: Bounds) -> None:
        self.rtol, self.atol, self.max_steps, self.whole = bounds.rtol, bounds.atol, bounds.max_steps, bounds.whole
        self.sigma_min, self.sigma_max = bounds.sigma_min, bounds.sigma_max

    @property
    @abstractmethod
    def clock(self) -> Clock:
        """What the steps are even in."""

    @property
    @abstractmethod
    def controller(self) -> Controller:
        """What chooses their lengths."""

    @abstractmethod
    def plan(self, s: Tensor, s_next: Tensor) -> tuple[Sequence[Stage], Stage]:
        """The points of a trial, of which the last is its end; and the end by the embedded method."""

    @abstractmethod
    def error(self, journey: Journey, end: Tensor, low: Tensor, levels: tuple[Tensor, Tensor]) -> Tensor:
        """How much of the allowed error a trial from and to these levels has, [K] on the device."""

    @abstractmethod
    def first_length(self, journey: Journey) -> Tensor:
        """How long the first trial is, in the clock's unit, [K] on the CPU."""

    def calls(self, steps: int) -> float:
        """No more than these."""
        return steps * most_calls(self.stages, self.max_steps)

    def start(self, sample: Sample, levels: Levels, ctx: Context) -> State:
        """The state at the first level, which knows the last."""
        state = super().start(sample, levels, ctx)
        if not self.whole:
            return state
        goal = moved(1 + levels.of(sample.rows)[-1], state.x.device)  # 0 says that nothing is known
        return replace(state, past={**state.past, f"{self.name}/goal": goal})

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """To s_next, or all the way, in as many steps as it takes."""
        begun, before = state.x, state.s
        goal = self._goal(state, s_next)
        state, x0 = look(model, state, goal, ctx)
        answer = Answer(x0, eps_of(state.x, x0, before))
        first, last = self._within(before, goal), self._within(goal, before)
        asked = torch.ones(len(state.rows), dtype=torch.float64)
        reached, rejects = place(answer.x0, answer.eps, goal), torch.zeros_like(asked)
        lengths = self._recorded(state, "length")
        index = any_place(first != last).nonzero()[:, 0]
        if len(index):
            journey = self._begun(model, state, answer, (first, last), lengths, index, ctx)
            self._travelled(model, state.take(index), journey, ctx)
            ends = self._left(model, state.take(index), journey, goal[index], ctx)
            reached = put_rows(reached, index, ends)
            asked[index], rejects[index], lengths[index] = journey.asked, journey.rejects, journey.carried
        after = state.reached(stayed(begun, reached, before, goal), goal)
        after = replace(after, done=after.done | torch.full_like(after.done, self.whole))
        told = {
            "asked": self._recorded(state, "asked") + asked,
            "rejected": self._recorded(state, "rejected") + rejects,
        }
        entries = {
            f"{self.name}/{name}": moved(entry, begun.device) for name, entry in (told | {"length": lengths}).items()
        }
        return replace(after, past={**state.past, **entries})

    def finish(self, state: State, ctx: Context) -> Sample:
        """The sample, with each row's model calls and rejected trials in its aux."""
        sample = super().finish(state, ctx)
        told = {
            f"{self.name}/{name}": moved(self._recorded(state, name), state.x.device) for name in ("asked", "rejected")
        }
        return replace(sample, aux={**sample.aux, **told})

    def _within(self, level: Tensor, other: Tensor) -> Tensor:
        """The level, or instead of data and pure noise the one up to where steps adapt; `other` is the other end."""
        low = torch.where(other == 0, self.sigma_min, other.clamp(max=self.sigma_min))
        high = torch.where(torch.isinf(other), self.sigma_max, other.clamp(min=self.sigma_max))
        return torch.where(level == 0, low, torch.where(torch.isinf(level), high, level))

    def _goal(self, state: State, s_next: Tensor) -> Tensor:
        if not self.whole or f"{self.name}/goal" not in state.past:
            return s_next
        goal = moved(state.past[f"{self.name}/goal"], "cpu") - 1
        return torch.where(goal < 0, s_next, goal)

    def _recorded(self, state: State, name: str) -> Tensor:
        """A number of each row, [B] float64 on the CPU; 0 where nothing was told."""
        found = state.past.get(f"{self.name}/{name}")
        return torch.zeros(len(state.rows), dtype=torch.float64) if found is None else moved(found, "cpu").clone()

    def _begun(
        self,
        model: Model,
        state: State,
        answer: Answer,
        levels: tuple[Tensor, Tensor],
        lengths: Tensor,
        index: Tensor,
        ctx: Context,
    ) -> Journey:
        """The rows that have a way to go, at the first level where steps adapt; lengths of 0 are chosen."""
        first, last = (level[index] for level in levels)
        answer = Answer(take_rows(answer.x0, index), take_rows(answer.eps, index))
        x, none = take_rows(state.x, index), torch.zeros(len(index), dtype=torch.float64)
        asked, entering = none + 1, any_place(state.s[index] != first).nonzero()[:, 0]
        if len(entering):
            part = take_rows(place(answer.x0, answer.eps, first), entering)
            x = put_rows(x, entering, part)
            answer = asked_again(model, state.take(index[entering]), answer, entering, part, first[entering], ctx)
            asked[entering] += 1
        journey = Journey(
            first, last, x, answer, x, none, none, lengths[index], none + SMALLEST_ERROR, none > 0, asked, none.clone()
        )
        unknown = journey.carried == 0
        journey.carried = torch.where(unknown, self.first_length(journey), journey.carried)
        journey.share = journey.carried / self.range(journey)
        return journey

    def range(self, journey: Journey) -> Tensor:
        """How long the whole way is in the clock's unit, [K]; the longest of a row's places."""
        way = (self.clock.read(journey.last) - self.clock.read(journey.first)).abs()
        return way.flatten(1).amax(1) if way.ndim > 1 else way

    def level(self, journey: Journey, tau: Tensor, index: Tensor) -> Tensor:
        """Where these rows are when they have come so far."""
        first, last = journey.first[index], journey.last[index]
        u, u_last = self.clock.read(first), self.clock.read(last)
        share = beside(tau, first)
        between = self.clock.level(u + share * (u_last - u))
        return torch.where(share == 0, first, torch.where((share >= 1) | (first == last), last, between))

    def _travelled(self, model: Model, state: State, journey: Journey, ctx: Context) -> None:
        """Every row at its last level."""
        for _ in range(self.max_steps):
            index = (journey.tau < 1).nonzero()[:, 0]
            if not len(index):
                return
            self._tried(model, state.take(index), journey, index, ctx)
        if bool((journey.tau < 1).any()):
            raise InputError(
                "the tolerance was not met in as many trials as there may be",
                given=f"{self.max_steps} trials, rtol {self.rtol:g}, atol {self.atol:g}",
                allowed="a tolerance above the model's own rounding",
                mend="raise `rtol` or `atol`, or `max_steps`",
            )

    def _tried(self, model: Model, state: State, journey: Journey, index: Tensor, ctx: Context) -> None:
        """One trial of each of these rows; those whose error is allowed go on from its end."""
        tau, share = journey.tau[index], journey.share[index]
        short = tau + share * (1 + NEARLY) >= 1
        to = torch.where(short, 1.0, tau + share)
        s, s_to = self.level(journey, tau, index), self.level(journey, to, index)
        plan, low = self.plan(s, s_to)
        answers = [Answer(take_rows(journey.answer.x0, index), take_rows(journey.answer.eps, index))]
        for stage in plan[:-1]:
            answers.append(Answer(*probe(model, state, stage.blended(answers), stage.s, ctx)))
        journey.asked[index] += len(plan) - 1
        end, coarse = plan[-1].blended(answers), low.blended(answers)
        error = moved(self.error(part_of(journey, index), end, coarse, (s, s_to)), "cpu")
        growth = self.controller.factor(error, journey.error[index], journey.rejected[index])
        good = error <= 1
        length = (to - tau) * self.range(journey)[index] * growth
        carried = torch.where(good & short, torch.maximum(journey.carried[index], length), length)
        journey.carried = journey.carried.index_copy(0, index, carried)
        journey.share = journey.carried / self.range(journey)
        journey.rejected = journey.rejected.index_copy(0, index, ~good)
        journey.rejects = journey.rejects.index_add(0, index, (~good).double())
        journey.error = journey.error.index_copy(
            0, index, torch.where(good, error.clamp(min=SMALLEST_ERROR), journey.error[index])
        )
        journey.tau = journey.tau.index_copy(0, index, torch.where(good, to, tau))
        won = good.nonzero()[:, 0]
        if not len(won):
            return
        journey.x = put_rows(journey.x, index[won], take_rows(end, won))
        journey.low = put_rows(journey.low, index[won], take_rows(coarse, won))
        if self.reuses_last:
            new = Answer(take_rows(answers[-1].x0, won), take_rows(answers[-1].eps, won))
            journey.answer = put_answer(journey.answer, index[won], new)
            return
        won = (good & ~short).nonzero()[:, 0]
        if len(won):
            part, level = take_rows(end, won), s_to[won]
            journey.answer = asked_again(model, state.take(won), journey.answer, index[won], part, level, ctx)
            journey.asked[index[won]] += 1

    def _left(self, model: Model, state: State, journey: Journey, goal: Tensor, ctx: Context) -> Tensor:
        """The points at the goal: from the last level where steps adapt it is Euler's step there."""
        leaving = any_place(goal != journey.last).nonzero()[:, 0]
        if not len(leaving):
            return journey.x
        if not self.reuses_last:
            part, level = take_rows(journey.x, leaving), journey.last[leaving]
            journey.answer = asked_again(model, state.take(leaving), journey.answer, leaving, part, level, ctx)
            journey.asked[leaving] += 1
        ends = take_rows(place(journey.answer.x0, journey.answer.eps, goal), leaving)
        return put_rows(journey.x, leaving, ends)


def most_calls(stages: int, max_steps: int) -> float:
    """The calls of a step at the most: at both ends, and in so many trials."""
    return 3 + (stages + 1) * max_steps


def adaptive_cost(stages: int, max_steps: Span) -> Estimate:
    """Between one call a step, or in all, and the most."""
    most = Span(0, most_calls(stages, 1) * max_steps.high)
    return Estimate(calls=lambda steps: Span(min(1.0, steps.low), most.high * steps.high))
