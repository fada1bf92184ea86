"""Guidance whose second answer is, in some steps, made of the answers before."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Annotated

import torch
from torch import Tensor

from graphs import (
    Count,
    Curve,
    CurveOver,
    Estimate,
    Fraction,
    InputError,
    Known,
    LevelCurve,
    Span,
    abilities,
    also,
    needs,
    node,
)
from nodes.contracts.cond import Cond
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.levels import eps_of, factor
from nodes.contracts.model import Asks, Model
from nodes.contracts.query import Prediction, Query
from nodes.contracts.table import Entry, Table
from nodes.guidance.branches import narrowed, put, refuse_tokens, require_conditional
from nodes.guidance.cfg import Guided
from nodes.guidance.intervals import Interval
from nodes.guidance.linear_fit import LEVEL, NEGATIVE, POSITIVE

PLACE = "place"
ROUNDING = 1e-9


def cost(known: Known) -> Estimate:
    """Once the model's cost in a step that is estimated or not guided, else twice."""
    each = Span.of(1) if known.value("guidance_scale") == 1 else Span(1, 2)
    return Estimate(each=known.input("model").each * each)


@node(abilities=abilities(like="model", without=("prompt", "conditional")), cost=cost)
def linear(
    model: Annotated[Model, needs("conditional")],
    positive: Cond,
    coefficients: Table,
    negative: Cond | None = None,
    *,
    guidance_scale: Annotated[Curve, CurveOver(minimum=0, maximum=100, step=0.1), also("scale", "cfg_scale")] = 7.5,
    every: Count = 2,
    guided: Fraction = 0.5,
) -> Model:
    """LinearAG (Castillo et al. 2023, arXiv:2312.12487, section 5): guidance.cfg that asks its second branch seldom.

    Of the steps of `coefficients`, fitted by guidance.linear_fit, the first `guided` share is guided: steps 0, `every`,
    2·`every`, … ask both branches of x [B, *event], the others only the one under `positive`, and estimate
    ε_neg = a_0 ε_pos + Σ_j a_j ε_pos(j steps before) + b_j ε_neg(j steps before), each row from its own past, where
    what was estimated counts as what was asked. From there down it is the conditional model. every = 2 and guided = 0.5
    as commonly given; not confirmed. The row's level tells its step: at others, at a solver's further questions within
    a step, and where a row lacks the past, both are asked. What each row has of its past is looked up at such steps,
    for which the device is waited for. every = 1 with guided = 1 is guidance.cfg, bitwise; scale 1 and guided = 0 are
    the model under `positive`.
    Cost: 2 model rows per sample where both are asked, else 1: with N steps by default 5/4 N in place of 2 N.
    Errors: a table that is not of guidance.linear_fit; a model of tokens or without conditions.
    """
    require_conditional(model)
    refuse_tokens(model)
    return Linear(model, positive, negative, guidance_scale, Fit.of(coefficients), every, guided)


@dataclass(frozen=True)
class Fit:
    """The falling levels of the steps [N], which of them are `known`, [N], and their coefficients [N, 1 + 2·history].

    They are of ε_pos of the step itself, of those of the steps before, latest first, and so of ε_neg.
    """

    levels: tuple[float, ...]
    known: Tensor
    weights: Tensor
    history: int

    @staticmethod
    def of(table: Table) -> Fit:
        """What a table of guidance.linear_fit says; `InputError` for another."""
        columns = dict(table.columns)
        history = sum(name.startswith(f"{NEGATIVE} ") for name in columns)
        lags = range(1, history + 1)
        names = [POSITIVE, *(f"{POSITIVE} {lag}" for lag in lags), *(f"{NEGATIVE} {lag}" for lag in lags)]
        numbers = {
            name: torch.tensor([_number(entry) for entry in column], dtype=torch.float64)
            for name, column in columns.items()
        }
        if not history or not {LEVEL, *names} <= set(columns) or bool(numbers[LEVEL].isnan().any()):
            raise InputError(
                "the table holds no coefficients",
                where="coefficients",
                given=table.describe(),
                allowed=f'columns "{LEVEL}", "{POSITIVE}", "{POSITIVE} 1", "{NEGATIVE} 1", …',
                mend="wire guidance.linear_fit",
            )
        found = torch.stack([numbers[name] for name in names], 1)
        # A step near the first has none for what lies before it: only one without its own is without any.
        return Fit(tuple(numbers[LEVEL].tolist()), ~found[:, 0].isnan(), found.nan_to_num(), history)

    def steps(self, s: Tensor) -> Tensor:
        """The step of each row's level, [B] int64; −1 at levels that are none of them, and where places differ."""
        if s.ndim > 1:
            return torch.full((len(s),), -1)
        numbers = {level: step for step, level in enumerate(self.levels)}
        return torch.tensor([numbers.get(level, -1) for level in s.tolist()], dtype=torch.int64)


def _number(entry: Entry) -> float:
    return float(entry) if isinstance(entry, (int, float)) else math.nan


class Linear(Guided):
    """A model under guidance that estimates some of its second answers."""

    def __init__(
        self,
        model: Model,
        positive: Cond,
        negative: Cond | None,
        scale: float | LevelCurve,
        fit: Fit,
        every: int,
        share: float,
    ) -> None:
        count = math.ceil(share * len(fit.levels) - ROUNDING)
        last = math.inf if count <= 0 else (*fit.levels, 0.0)[count]
        super().__init__(model, positive, negative, scale, Interval(last, math.inf))
        self.fit, self.every = fit, every

    def wanted(self, q: Query) -> Tensor:
        """The positions among guided rows of those whose second answer is asked for."""
        step = self.fit.steps(q.s)
        estimable = (step >= 0) & (step % self.every != 0) & self.fit.known[step]
        if q.stage or not bool(estimable.any()):
            return torch.arange(len(q.rows))
        following, length = self.place(q).cpu().unbind(1)
        enough = (following == step) & (length >= step.clamp(max=self.fit.history))
        return (~(estimable & enough)).nonzero()[:, 0]

    def place(self, q: Query) -> Tensor:
        """For each row the step that follows on its past, and how many steps that holds, [B, 2]."""
        return q.recall(PLACE, q.x.new_zeros(len(q.rows), 2, dtype=torch.float32))

    def past(self, q: Query, name: str) -> Tensor:
        """The noises of the steps before, latest first, [B, history, *event]."""
        return q.recall(name, q.x[:, None].expand(-1, self.fit.history, *q.x.shape[1:]))

    def asks(self, q: Query, ctx: Context) -> Asks:
        """Under the first condition; under the second about the guided rows that cannot do without."""
        asked: Asks = [self.first_question(q)]
        inner = narrowed(q, self.guided(q))
        wanted = self.wanted(inner)
        return asked + self.other_questions(narrowed(inner, wanted)) if len(wanted) else asked

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """Guidance between the first answer and the second, asked or estimated."""
        guided = self.guided(q)
        if not len(guided):
            return answers[0]
        inner = narrowed(q, guided)
        wanted = self.wanted(inner)
        if len(wanted) == len(guided):
            return super().combine(q, answers, ctx)
        second = self.estimated(inner, answers[0] if inner is q else answers[0].take(guided))
        if len(wanted):
            second = put(inner, second, wanted, answers[1])
        return super().combine(q, [answers[0], second], ctx)

    def estimated(self, q: Query, first: Prediction) -> Prediction:
        """The second answer by the fit: x0_neg = x0_pos − s (ε_neg − ε_pos); no matter what where there is no fit."""
        eps = eps_of(q.x, first.x0, q.s)
        weights = self.fit.weights[self.fit.steps(q.s)]
        known = torch.cat([eps[:, None], self.past(q, POSITIVE), self.past(q, NEGATIVE)], 1)
        shares = moved(weights.to(known.dtype), known.device)
        sums = torch.einsum("bk,bk...->b...", shares, known)
        scale = torch.where(torch.isinf(q.s), 0.0, q.s)
        return Prediction(first.x0 - factor(scale, eps) * (sums - eps))

    def guide(self, q: Query, scale: Tensor, first: Prediction, second: Prediction) -> Prediction:
        """D_neg + scale · (D_pos − D_neg); both noises and the row's step are kept."""
        step = moved(self.fit.steps(q.s), q.x.device)
        following, length = self.place(q).unbind(1)
        length = torch.where(step < 0, 0, torch.where(following == step, length, 0) + 1)
        keep = {PLACE: torch.stack([torch.where(step < 0, -1, step + 1).to(length.dtype), length], 1)}
        for name, answer in ((POSITIVE, first), (NEGATIVE, second)):
            eps = eps_of(q.x, answer.x0, q.s)
            keep[name] = torch.cat([eps[:, None], self.past(q, name)[:, :-1]], 1)
        return replace(super().guide(q, scale, first, second), keep=keep)
