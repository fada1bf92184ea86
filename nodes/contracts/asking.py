"""`predict`, through which every model is asked.

It opens the whole stack of mixers, merges equal questions, joins the questions to each leaf and launches the leaf once;
so however mixers are stacked, a round costs one launch for each leaf and event shape.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.aligned import joined
from nodes.contracts.changes import join_changes, same_changes
from nodes.contracts.cond import Cond
from nodes.contracts.context import Context
from nodes.contracts.devices import put_rows, take_rows
from nodes.contracts.model import Leaf, Mixer, Model, Wrapper, other_points
from nodes.contracts.query import Prediction, Query
from nodes.contracts.rows import Rows


@dataclass
class _Call:
    model: Model
    query: Query
    children: list[_Call] = field(default_factory=list)
    answer: Prediction | None = None


def predict(model: Model, q: Query, ctx: Context) -> Prediction:
    """Ask a model, whatever it is made of.

    `keep` and `aux` of the answer hold those of the whole stack, under each model's place in it, aligned with the rows
    of q; where a model was asked for some rows only, the others keep what they had.
    """
    calls = [_Call(model, q)]
    for call in calls:  # grows while it is walked: parents come before their children
        if isinstance(call.model, Mixer):
            asked = call.model.asks(call.query, ctx)
            places = (_placed(query, call.query, number) for number, (_, query) in enumerate(asked))
            call.children = [_Call(inner, query) for (inner, _), query in zip(asked, places, strict=True)]
            calls += call.children
    _answer_leaves([call for call in calls if isinstance(call.model, Leaf)], ctx)
    for call in reversed(calls):
        if isinstance(call.model, Mixer):
            answers = [_bare(_answered(child)) for child in call.children]
            call.answer = call.model.combine(call.query, answers, ctx)
        elif isinstance(call.model, Wrapper):
            call.answer = call.model.answer(call.query, ctx)
    answer = _answered(calls[0])
    if all(call.answer is None or not (call.answer.keep or call.answer.aux) for call in calls):
        return answer
    return replace(answer, keep=_gathered(q, calls, "keep"), aux=_gathered(q, calls, "aux"))


def _placed(asked: Query, q: Query, number: int) -> Query:
    """A question that a mixer asks of an inner model, at the place that it chose or else at that number."""
    return asked if len(asked.path) > len(q.path) else replace(asked, path=(*q.path, str(number)))


def _answered(call: _Call) -> Prediction:
    if call.answer is None:
        raise TypeError(f"{type(call.model).__name__} is none of Leaf, Mixer and Wrapper")
    return call.answer


def _bare(answer: Prediction) -> Prediction:
    """The answer without what belongs to the model that gave it."""
    return Prediction(answer.x0, answer.eps) if answer.keep or answer.aux else answer


def _answer_leaves(calls: list[_Call], ctx: Context) -> None:
    groups: dict[tuple[object, ...], list[_Question]] = {}
    for question in _merged(calls):
        groups.setdefault(_group(question), []).append(question)
    for group in groups.values():
        joint = group[0].query if len(group) == 1 else _join([question.query for question in group])
        ctx.meter.launch(len(joint.rows))
        _share_out(group[0].leaf.predict(joint, ctx), group)


@dataclass
class _Question:
    """What one or several calls want to know of a leaf."""

    leaf: Leaf
    query: Query
    calls: list[_Call]


def _merged(calls: list[_Call]) -> list[_Question]:
    found: list[_Question] = []
    for call in calls:
        leaf = call.model
        if isinstance(leaf, Leaf):
            asked = [question for question in found if question.leaf is leaf]
            twin = next((question for question in asked if _equal(question.calls[0].query, call.query)), None)
            if twin is None:
                found.append(_Question(leaf, leaf.complete(call.query), [call]))
            else:
                twin.calls.append(call)
    return found


def _equal(one: Query, other: Query) -> bool:
    """Whether two questions are the same, as far as the host can see without asking a GPU."""
    at = one.at is other.at or (one.at is not None and other.at is not None and torch.equal(one.at, other.at))
    alike = one.x is other.x and at and one.stage == other.stage and one.memory is other.memory
    if (
        not alike
        or one.s.shape != other.s.shape
        or not torch.equal(one.s, other.s)
        or not torch.equal(one.to, other.to)
    ):
        return False
    if not same_changes(one.changes, other.changes):
        return False
    if one.cond is None or other.cond is None:
        return one.cond is other.cond
    return one.cond.same(other.cond)


def _group(question: _Question) -> tuple[object, ...]:
    leaf, q = question.leaf, question.query
    # The sizes are the leaf's own matter: a convolutional network reads pictures of many.
    if q.x.ndim - 1 != len(leaf.space.event):
        raise other_points(leaf, q)
    if q.s.ndim > 1 and "level_map" not in leaf.abilities:
        raise InputError(
            "this model takes one level for each row, not one for each place",
            given=f"levels of shape {list(q.s.shape)}",
            allowed='a model with the ability "level_map", as an exact one with independent coordinates',
            mend="use levels that do not differ by place",
        )
    for change in q.changes.values():
        if change.alteration.ability not in leaf.abilities:
            raise InputError(
                "this model cannot be altered in this way",
                given=type(change.alteration).__name__,
                allowed=f'a model with the ability "{change.alteration.ability}"',
                mend="wire a network that has it, as model.checkpoint",
            )
    entries = () if q.cond is None else tuple((name, value.shape[1:]) for name, value in sorted(q.cond.entries.items()))
    return (id(leaf), q.x.shape[1:], q.x.dtype, q.x.device, q.s.shape[1:], q.stage, entries)


def _join(parts: Sequence[Query]) -> Query:
    """One question for all rows of the parts, which agree on whether there is a condition.

    Its memory holds what each part's place kept, row by row, as if the leaf stood alone.
    """
    sizes = [len(part.rows) for part in parts]
    conds = [part.cond for part in parts if part.cond is not None]
    return Query(
        x=torch.cat([part.x for part in parts]),
        s=torch.cat([part.s for part in parts]),
        to=torch.cat([part.to for part in parts]),
        rows=Rows.cat([part.rows for part in parts]),
        step=torch.cat([part.step for part in parts]),
        cond=Cond.cat(conds) if conds else None,
        memory={f"/{name}": entry for name, entry in joined([_own(part) for part in parts], sizes).items()},
        stage=parts[0].stage,
        changes=join_changes([part.changes for part in parts], sizes),
    )


def _own(q: Query) -> dict[str, Tensor]:
    """What this place of the stack kept, by its own names, aligned with the question."""
    place = q.key("")
    names = [key.removeprefix(place) for key in q.memory if key.startswith(place)]
    return {name: q.recall(name, q.memory[q.key(name)]) for name in names if "/" not in name}


def _share_out(answer: Prediction, group: list[_Question]) -> None:
    begin = 0
    for question in group:
        size = len(question.query.rows)
        part = answer if len(group) == 1 else _slice(answer, slice(begin, begin + size))
        begin += size
        for call in question.calls:
            call.answer = part


def _slice(answer: Prediction, part: slice) -> Prediction:
    eps = None if answer.eps is None else answer.eps[part]
    keep = {name: entry[part] for name, entry in answer.keep.items()}
    return Prediction(answer.x0[part], eps, keep, {name: entry[part] for name, entry in answer.aux.items()})


def _gathered(q: Query, calls: list[_Call], what: Literal["keep", "aux"]) -> dict[str, Tensor]:
    """The entries of all answers by their full names; names that have one already are those of a wrapper's inside."""
    found: dict[str, Tensor] = {}
    for call in calls:
        own: Mapping[str, Tensor] = getattr(_answered(call), what)
        for name, entry in own.items():
            key = name if name.startswith("/") else call.query.key(name)
            found[key] = _aligned(q, call.query, key, entry)
    return found


def _aligned(q: Query, asked: Query, key: str, entry: Tensor) -> Tensor:
    """The rows of an entry where they belong among those of q."""
    if asked.at is q.at:
        return entry
    before = q.memory.get(key)
    if before is None or before.shape[1:] != entry.shape[1:]:
        base = entry.new_zeros(len(q.rows), *entry.shape[1:])
    else:
        base = before if q.at is None else take_rows(before, q.at)
    return put_rows(base, _positions(q, asked), entry)


def _positions(q: Query, asked: Query) -> Tensor:
    """Where the rows of a question that was passed on stand among those of q."""
    within = torch.arange(len(q.rows)) if asked.at is None else asked.at
    if len(set(within.tolist())) < len(within):
        raise TypeError("a question that repeats rows has nowhere to keep what it is told")
    if q.at is None:
        return within
    place = {state: row for row, state in enumerate(q.at.tolist())}
    return torch.tensor([place[state] for state in within.tolist()], dtype=torch.int64)
