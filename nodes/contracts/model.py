"""The model contract, and `predict`, through which every model is asked.

A `Leaf` is a network: it answers a batch. A `Mixer` (guidance, composition) only says what it asks of other models and
how it combines the answers. `predict` opens the whole stack, joins the questions to each leaf and launches the leaf
once; so however mixers are stacked, a round costs one launch for each leaf and event shape.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import torch
from torch import Tensor

from graphs import InputError, behaviour, data
from graphs.running.context import Meter
from nodes.contracts.cond import Cond
from nodes.contracts.devices import take_rows
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Space


@dataclass(frozen=True)
class Context:
    """What a computation is given besides its rows; nothing in it is row-aligned."""

    meter: Meter


@dataclass(frozen=True)
class Query:
    """A question to a model: what is x0, given `x` at level `s`?

    `x` [B, *event]; `s` and `to` [B] float64, the level of x and the one that the answer will be used to reach;
    `cond` row-aligned or None for no condition; `step` [B] int64 counts the row's steps.
    `x` and `cond` lie on the device of the computation, all else on the CPU.
    """

    x: Tensor
    s: Tensor
    to: Tensor
    rows: Rows
    step: Tensor
    cond: Cond | None = None

    def take(self, index: Tensor) -> Query:
        """The question of these rows only."""
        cond = self.cond.take(index) if self.cond is not None else None
        rows = self.rows.take(index)
        return Query(take_rows(self.x, index), self.s[index], self.to[index], rows, self.step[index], cond)

    @staticmethod
    def cat(parts: Sequence[Query]) -> Query:
        """One question for all rows of the parts, which agree on whether there is a condition."""
        conds = [part.cond for part in parts if part.cond is not None]
        return Query(
            x=torch.cat([part.x for part in parts]),
            s=torch.cat([part.s for part in parts]),
            to=torch.cat([part.to for part in parts]),
            rows=Rows.cat([part.rows for part in parts]),
            step=torch.cat([part.step for part in parts]),
            cond=Cond.cat(conds) if conds else None,
        )


@data
class Prediction:
    """An answer: the predicted x0 [B, *event], where the question's x lies.

    `eps` only where a method needs a pair that does not belong together; the step then starts from α x0 + σ ε.
    """

    x0: Tensor
    eps: Tensor | None = None


@behaviour(colour="#7c5cd6")
class Model(ABC):
    """Predicts the clean x0 from a noised x and its level."""

    space: Space
    abilities: frozenset[str] = frozenset()

    @abstractmethod
    def cost(self, s: float) -> float:
        """Leaf rows (NFE) that one row costs at level s."""

    def prompt(self, texts: tuple[str, ...]) -> Cond:
        """The condition for each of these texts; `InputError` where the model takes no text."""
        raise InputError(
            "this model takes no text",
            allowed='a model with the ability "prompt"',
            mend="wire the model that has the text encoder, as model.checkpoint, not one made from it",
        )


class Leaf(Model):
    """A model that answers by itself, as a network does; what it is asked is counted as NFE.

    It reads coefficients off `s` on the CPU and moves them to x; its answer lies where x lies.
    """

    def complete(self, q: Query) -> Query:
        """The question with what is left open filled in, so that questions with and without it can be joined."""
        return q

    @abstractmethod
    def predict(self, q: Query, ctx: Context) -> Prediction:
        """The answer to one batch; asked only by the function `predict`."""


Asks: TypeAlias = list[tuple[Model, Query]]


class Mixer(Model):
    """A model made of answers of other models."""

    @abstractmethod
    def asks(self, q: Query, ctx: Context) -> Asks:
        """The questions that it needs answered; it asks nothing superfluous."""

    @abstractmethod
    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """Its own answer, from the answers in the order of its questions."""


@dataclass
class _Call:
    model: Model
    query: Query
    children: list[_Call] = field(default_factory=list)
    answer: Prediction | None = None


def predict(model: Model, q: Query, ctx: Context) -> Prediction:
    """Ask a model, whatever it is made of; each leaf is launched once for each event shape."""
    calls = [_Call(model, q)]
    for call in calls:  # grows while it is walked: parents come before their children
        if isinstance(call.model, Mixer):
            call.children = [_Call(inner, query) for inner, query in call.model.asks(call.query, ctx)]
            calls += call.children
    _answer_leaves([call for call in calls if isinstance(call.model, Leaf)], ctx)
    for call in reversed(calls):
        if isinstance(call.model, Mixer):
            call.answer = call.model.combine(call.query, [_answered(child) for child in call.children], ctx)
    return _answered(calls[0])


def _answered(call: _Call) -> Prediction:
    if call.answer is None:
        raise TypeError(f"{type(call.model).__name__} is neither a Leaf nor a Mixer")
    return call.answer


def _answer_leaves(calls: list[_Call], ctx: Context) -> None:
    groups: dict[tuple[object, ...], list[_Call]] = {}
    for call in calls:
        leaf = call.model
        if isinstance(leaf, Leaf):
            call.query = leaf.complete(call.query)
            groups.setdefault(_group(leaf, call.query), []).append(call)
    for group in groups.values():
        leaf = group[0].model
        if isinstance(leaf, Leaf):
            joined = group[0].query if len(group) == 1 else Query.cat([call.query for call in group])
            ctx.meter.launch(len(joined.rows))
            answer = leaf.predict(joined, ctx)
            _share_out(answer, group)


def _group(leaf: Leaf, q: Query) -> tuple[object, ...]:
    entries = () if q.cond is None else tuple((name, value.shape[1:]) for name, value in sorted(q.cond.entries.items()))
    return (id(leaf), q.x.shape[1:], q.x.dtype, q.x.device, entries)


def _share_out(answer: Prediction, group: list[_Call]) -> None:
    sizes = [len(call.query.rows) for call in group]
    eps = [None] * len(group) if answer.eps is None else torch.split(answer.eps, sizes)
    for call, x0, noise in zip(group, torch.split(answer.x0, sizes), eps, strict=True):
        call.answer = Prediction(x0, noise)
