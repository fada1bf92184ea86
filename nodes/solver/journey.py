"""Rows on the way between two levels, each as far as its own steps have brought it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from torch import Tensor

from nodes.contracts.context import Context
from nodes.contracts.devices import put_rows, take_rows
from nodes.contracts.model import Model
from nodes.contracts.solver import probe
from nodes.contracts.state import State
from nodes.solver.stages import Answer


@dataclass
class Journey:
    """Rows between the levels `first` and `last`, [K] or [K, *map]; points and answers on the device, the rest not.

    `tau` [K] is how far each has come, of 1; `x` and `answer` are there, `low` is the embedded method's point. `share`
    [K] is the next trial's length of the whole, `carried` the same in the clock's unit; `error` that of the last step
    that was kept; `rejected` whether the last trial was not. `asked` and `rejects` count.
    """

    first: Tensor
    last: Tensor
    x: Tensor
    answer: Answer
    low: Tensor
    tau: Tensor
    share: Tensor
    carried: Tensor
    error: Tensor
    rejected: Tensor
    asked: Tensor
    rejects: Tensor


def asked_again(
    model: Model, state: State, answer: Answer, index: Tensor, x: Tensor, s: Tensor, ctx: Context
) -> Answer:
    """The answers, anew for the rows at `index`, which are those of the state, at (x, s)."""
    return put_answer(answer, index, Answer(*probe(model, state, x, s, ctx)))


def put_answer(answer: Answer, index: Tensor, part: Answer) -> Answer:
    """The answers with those of the rows at `index` replaced."""
    return Answer(put_rows(answer.x0, index, part.x0), put_rows(answer.eps, index, part.eps))


def part_of(journey: Journey, index: Tensor) -> Journey:
    """The rows at these positions."""
    answer = Answer(take_rows(journey.answer.x0, index), take_rows(journey.answer.eps, index))
    entries = {name: take_rows(value, index) for name, value in vars(journey).items() if isinstance(value, Tensor)}
    return replace(journey, answer=answer, **entries)


def rms(values: Tensor) -> Tensor:
    """√(mean over the event of v²), [K] float64."""
    return values.double().square().flatten(1).mean(1).sqrt()
