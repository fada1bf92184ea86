"""What mixers share: questions about some rows under a condition, values by level, answers joined row by row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from graphs import InputError, LevelCurve
from nodes.contracts.cond import Cond
from nodes.contracts.devices import put_rows
from nodes.contracts.levels import any_place, eps_of
from nodes.contracts.model import Model
from nodes.contracts.query import Prediction, Query
from nodes.contracts.sample import Sample

PICTURE = 3
"""The axes of an event that is a picture."""


def value_at(value: float | LevelCurve, s: float) -> float:
    """A number, or a curve's number at level s."""
    return value.at(s) if isinstance(value, LevelCurve) else value


def values_at(value: float | LevelCurve, s: Tensor) -> Tensor:
    """A number, or a curve's numbers at levels s [B] or [B, *map]: float64, in the shape of s."""
    if not isinstance(value, LevelCurve):
        return torch.full(s.shape, value, dtype=torch.float64)
    return torch.tensor([value.at(level) for level in s.flatten().tolist()], dtype=torch.float64).reshape(s.shape)


def rows_where(condition: Tensor) -> Tensor:
    """The positions of the rows in which a condition [B] or [B, *map] holds at any place."""
    return any_place(condition).nonzero()[:, 0]


def require_conditional(model: Model) -> None:
    """`InputError` where no condition changes what a model answers, so that guidance would do nothing."""
    if "conditional" not in model.abilities:
        raise InputError(
            "the model takes no condition, so there is nothing to guide it with",
            where="model",
            given=type(model).__name__,
            allowed='a model with the ability "conditional", as model.checkpoint or model.mixture',
            mend="guide the model inside, before its condition is bound",
        )


def require_pictures(model: Model, message: str, where: str, mend: str) -> None:
    """`InputError` where the points of a model are no pictures."""
    if len(model.space.event) != PICTURE or model.space.vocabulary:
        raise InputError(
            message, where=where, given=model.space.describe(), allowed="an event [channels, height, width]", mend=mend
        )


def require_space(sample: Sample, model: Model, where: str) -> None:
    """`InputError` at that input where the sample is of another space than the model."""
    if (sample.space.name, sample.space.event) != (model.space.name, model.space.event):
        raise InputError(
            "the sample is of another space than the model",
            where=where,
            given=sample.space.describe(),
            allowed=model.space.describe(),
            mend="wire it through codec.encode of the model's codec",
        )


def narrowed(q: Query, index: Tensor) -> Query:
    """The question of these rows; itself where they are all."""
    return q if len(index) == len(q.rows) else q.take(index)


def bound(q: Query, cond: Cond | None) -> Query:
    """The question under a condition of the model's own, gathered by the rows' origin; None for no condition."""
    return replace(q, cond=None if cond is None else cond.gather(q.rows.origin))


def eps_in(q: Query, answer: Prediction) -> Tensor:
    """The ε of an answer: its own, or the one that belongs to (x, x0)."""
    return eps_of(q.x, answer.x0, q.s) if answer.eps is None else answer.eps


def mixed(q: Query, answers: Sequence[Prediction], rule: Callable[[Sequence[Tensor]], Tensor]) -> Prediction:
    """The answer whose x0 is mixed from those of the answers and, where one has an ε of its own, ε by the same rule.

    The rule is affine with weights that sum to 1, so that it commutes with going over from x0 to ε.
    """
    x0 = rule([answer.x0 for answer in answers])
    if all(answer.eps is None for answer in answers):
        return Prediction(x0)
    return Prediction(x0, rule([eps_in(q, answer) for answer in answers]))


def put(q: Query, whole: Prediction, index: Tensor, part: Prediction) -> Prediction:
    """The answer to q with the rows at these positions replaced by those of `part`, which stands alone if it has all.

    What is kept and shown is that of `part` for its rows, 0 for the others.
    """
    if len(index) == len(q.rows):
        return part
    aux = {
        name: put_rows(entry.new_zeros(len(q.rows), *entry.shape[1:]), index, entry) for name, entry in part.aux.items()
    }
    x0 = put_rows(whole.x0, index, part.x0)
    if whole.eps is None and part.eps is None:
        return Prediction(x0, aux=aux)
    return Prediction(x0, put_rows(eps_in(q, whole), index, eps_in(q.take(index), part)), aux=aux)


def refuse_tokens(model: Model) -> None:
    """`InputError` where the model answers with the logits of tokens, which have no noise and no length."""
    if model.space.vocabulary:
        raise InputError(
            "this guidance is of points of real numbers, not of tokens",
            where="model",
            given=f"a model of {model.space.describe()} (tokens)",
            allowed="a model of real numbers",
            mend="use guidance.cfg, which mixes the logits of tokens",
        )
