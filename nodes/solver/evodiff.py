"""EVODiff: two stages whose coefficients follow what is predicted."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Tensor

from graphs import Estimate, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.levels import alpha_sigma, angle, beside, eps_of, factor, place
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver, look
from nodes.contracts.state import State
from nodes.solver.exponential import length
from nodes.solver.exponential_adams import ExponentialAdams
from nodes.solver.history import in_line, recalled, remembered
from nodes.solver.staying import stayed
from nodes.solver.unic import Unic

NAME = "evodiff"


@node(abilities=abilities(), cost=Estimate(calls=lambda steps: steps))
def evodiff(*, consistent: bool = False) -> Solver:
    """EVODiff (2025, arXiv:2509.26096, and its released code): a predictor and a corrector on x0 that adapt.

    With λ = −ln s, h = λ' − λ, r = h_before/h, H = 1/s' − 1/s and x_E Euler's point: x_p = x_E + ½ σ' H D1/p, and when
    m' is predicted there x' = x_E + ½ σ' H (r (1 − η) D2 − (η/r) D1)/ζ, where D1 = m − b m_before and D2 = m' − b' m.
    The balances b, b', the span p, η and ζ are functions of inner products over each channel, and of the time as
    2 φ/π, φ = atan(s). m' serves the next step, too. These coefficients are not consistent: a heuristic for few steps
    of a network, of order 1. `consistent`: b = b' = 1, p = r, η = 0, ζ = 1 and no r before D2, which is solver.unic of
    order 1 around solver.dpmpp_2m, of order 2. A row's first step, those after a turn of the levels, and those to or
    from s = 0 or inf are Euler's and not corrected, nor is the last. 1 model call a step. Deterministic.
    Errors: a sample of tokens.
    """
    if consistent:
        return Unic(ExponentialAdams(NAME, 2, rough="bh2"), f"{NAME}/unic", 1, "bh2")
    return Evodiff()


class Evodiff(Solver):
    """The method of `evodiff`; in `past` two answers with their levels, and the x that the last step began at."""

    def calls(self, steps: int) -> float:
        """One a step."""
        return steps

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """Correct the point that was reached, and predict the next."""
        state, x0 = look(model, state, s_next, ctx)
        begun = self.corrected(state, x0, s_next)
        s, to = moved(state.s, x0.device), moved(s_next, x0.device)
        reached = place(x0, eps_of(begun, x0, state.s), s_next)
        answers, levels = recalled(state.past, f"{NAME}/x0", 1), recalled(state.past, f"{NAME}/s", 1)
        if answers:
            reached = predicted(reached, x0, answers[0], Span.over(levels[0], s, to))
        past = remembered(state.past, f"{NAME}/x0", x0, 2)
        past = remembered(past, f"{NAME}/s", s, 2)
        past = remembered(past, f"{NAME}/x", begun, 1)
        after = state.reached(stayed(begun, reached, state.s, s_next), s_next)
        return replace(after, past=past)

    def corrected(self, state: State, x0: Tensor, s_next: Tensor) -> Tensor:
        """The second stage of the step before; x itself where it had none, and at places that stay."""
        answers, levels = recalled(state.past, f"{NAME}/x0", 2), recalled(state.past, f"{NAME}/s", 2)
        if len(answers) < 2 or state.pred is None or state.pred.eps is not None:  # noqa: PLR2004 - two answers
            return state.x
        [begun] = recalled(state.past, f"{NAME}/x", 1)
        span = Span.over(levels[1], levels[0], moved(state.s, x0.device))
        euler = place(answers[0], eps_of(begun, answers[0], levels[0]), moved(state.s, x0.device))
        reached = mended(euler, x0, answers[0], answers[1], span)
        moves = span.known & moved(s_next != state.s, x0.device)
        return torch.where(beside(moves, x0), reached, state.x)


class Span(NamedTuple):
    """What both stages of a step know of its levels, all in their shape."""

    known: Tensor
    ratio: Tensor
    half: Tensor
    weight: Tensor
    trend: Tensor

    @staticmethod
    def over(before: Tensor, s: Tensor, s_next: Tensor) -> Span:
        """Whether there is a second order, r, ½ σ' H, w = ½ (1 − τ²), and √((σ'/σ)/(σ/σ_before))."""
        h = length(s, s_next)
        [usable] = in_line(s_next, s, [before])
        known = usable & (h != 0)
        (_, first), (_, sigma), (alpha, last) = alpha_sigma(before), alpha_sigma(s), alpha_sigma(s_next)
        time = angle(s) * 2 / torch.pi
        values = (
            length(before, s) / h,
            -alpha * torch.expm1(-h) / 2,
            (1 - time.square()) / 2,
            torch.sqrt(last * first) / sigma,
        )
        return Span(known, *(torch.where(known, value, 1.0) for value in values))


def predicted(euler: Tensor, x0: Tensor, before: Tensor, span: Span) -> Tensor:
    """The first stage: x_E + ½ σ' H D1/p; x_E where there is no second order."""
    first, width = slope(x0, before, span)
    return torch.where(beside(span.known, x0), euler + factor(span.half, x0) * first / width, euler)


def mended(euler: Tensor, x0: Tensor, now: Tensor, before: Tensor, span: Span) -> Tensor:
    """The second stage, by the answer x0 at the predicted point."""
    first, width = slope(now, before, span)
    second = x0 - balance(x0, now, span) * now
    r, half = factor(span.ratio, x0), factor(span.half, x0)
    back, ahead = first / r, r * second
    share = torch.sigmoid(quotient(inner(ahead + back, ahead - back), inner(ahead - back, ahead - back)).abs() / 2) / 2
    mixed = r * (1 - share) * second - share / r * first
    moved_by = quotient(inner((first - mixed) / width, first), inner(first, first)) / 2
    return euler + half * mixed / torch.sigmoid(moved_by.abs() - 0.5)


def slope(x0: Tensor, before: Tensor, span: Span) -> tuple[Tensor, Tensor]:
    """D1 and p, which is r times the sigmoid of a quarter of |b|."""
    share = balance(x0, before, span)
    return x0 - share * before, torch.sigmoid(share.abs() / 4) * factor(span.ratio, x0)


def balance(x0: Tensor, before: Tensor, span: Span) -> Tensor:
    """(1 − w) times the levels' trend, and w times how much of the answer before is in this one."""
    weight = factor(span.weight, x0)
    alike = quotient(inner(x0, before), inner(before, before)).clamp(-2, 2)
    return (1 - weight) * factor(span.trend, x0) + weight * alike


def inner(one: Tensor, other: Tensor) -> Tensor:
    """The inner product of each channel, or of events without channels, kept beside them."""
    return (one * other).sum(tuple(range(min(2, one.ndim - 1), one.ndim)), keepdim=True)


def quotient(one: Tensor, other: Tensor) -> Tensor:
    """Their quotient, 0 where the second is 0."""
    return torch.where(other == 0, 0.0, one / torch.where(other == 0, 1.0, other))
