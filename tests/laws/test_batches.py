"""A row is what it is whatever batch it lies in: alone, among four, or in the first part of a larger batch."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from nodes.contracts.asking import predict
from nodes.contracts.codec import Codec
from nodes.contracts.driving import solve
from nodes.contracts.model import Model
from nodes.contracts.operator import Operator
from nodes.contracts.program import Program
from nodes.contracts.reward import Reward, score
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from tests.laws import exact
from tests.laws.comparing import NETWORK, contents, differences
from tests.laws.kit import World
from tests.laws.stand_ins import Momentum, TwoStep
from tests.laws.stating import built, law
from tests.laws.subjects import Subject
from tests.laws.trials import model_of, noise_like, noise_of

ALONE = [[0], [1], [2], [3]]
PREFIX = [[0, 1]]
BY_ROWS = ("Model", "Solver", "Reward", "Operator", "Codec", "Program")


def works_on_rows(subject: Subject) -> bool:
    """A node that gives something which is asked about rows."""
    return any(subject.gives(kind) for kind in BY_ROWS)


def makes_samples_of_samples(subject: Subject) -> bool:
    """A node that takes a batch and gives one."""
    return subject.gives("Sample") and any(
        "Sample" in port.types and not port.optional for port in subject.record.inputs
    )


@law("a batch of four equals four of one", works_on_rows)
def test_a_batch_of_four_equals_four_of_one(subject: Subject) -> None:
    made = built(subject)
    for name, ask in questions(made.value, made.world).items():
        assert not parts_that_differ(ask, ALONE, tolerance_of(made.value)), name


@law("the prefix of a larger batch is unchanged", works_on_rows)
def test_the_prefix_of_a_larger_batch_is_unchanged(subject: Subject) -> None:
    made = built(subject)
    for name, ask in questions(made.value, made.world).items():
        assert not parts_that_differ(ask, PREFIX, tolerance_of(made.value)), name


@law("a batch of four equals four of one", makes_samples_of_samples)
def test_a_node_makes_of_four_what_it_makes_of_each(subject: Subject) -> None:
    made = built(subject)
    fed = {name: entry.value for name, entry in made.given.items()}
    whole = sample_of(made.value, subject)
    for row in range(len(whole.rows)):
        index = torch.tensor([row])
        given = {name: value.take(index) if isinstance(value, Sample) else value for name, value in fed.items()}
        alone = sample_of(built(subject, **given).value, subject)
        assert not differences(contents(whole.take(index)), contents(alone)), row


def grows_with_count(subject: Subject) -> bool:
    """A node that makes as many rows as a parameter says."""
    return subject.gives("Sample") and subject.record.parameter("count") is not None


@law("the prefix of a larger batch is unchanged", grows_with_count)
def test_a_larger_count_begins_with_the_same_rows(subject: Subject) -> None:
    larger, smaller = (sample_of(built(subject.having(count=count)).value, subject) for count in (4, 2))
    assert len(larger.rows) == 4
    assert not differences(contents(larger.take(torch.tensor([0, 1]))), contents(smaller))


Ask = Callable[[Tensor], dict[str, Tensor]]
"""What is found for the rows at some positions of one and the same batch."""


def questions(value: object, world: World) -> dict[str, Ask]:
    """What a behaviour can be asked, as functions of which rows it is asked about."""
    match value:
        case Model():
            return {"one level": one_level(value), "in a run": run_of(value, TwoStep(), noise_like(value))}
        case Solver():
            asked: dict[str, Ask] = {"a run": run_of(model_of(world), value, noise_of(world))}
            if world == "points":
                asked["a run with memory"] = run_of(Momentum(model_of(world)), value, noise_of(world))
            return asked
        case Reward():
            points = exact.clean() if world == "points" else exact.masked()
            return {} if "population" in value.abilities else {"scores": scores_of(value, points)}
        case Operator():
            return seen_by(value)
        case Codec():
            return {"encode": lambda index: contents(value.encode(exact.clean().take(index), exact.context()))}
        case Program():
            return {"run": lambda index: contents(value.run(noise_of(world).take(index), exact.context()))}
    raise AssertionError(type(value))


def one_level(model: Model) -> Ask:
    """The answer at levels that differ by row."""

    def ask(index: Tensor) -> dict[str, Tensor]:
        s = torch.tensor([0.4, 1.0, 2.5, 9.0], dtype=torch.float64)
        sample = noise_like(model).take(index)
        with torch.no_grad():
            answer = predict(model, exact.question(sample.x, s[index], sample.rows), exact.context())
        return {"x0": answer.x0, **answer.keep, **({} if answer.eps is None else {"eps": answer.eps})}

    return ask


def run_of(model: Model, solver: Solver, noise: Sample) -> Ask:
    """The sample at the end of a run."""
    levels = exact.levels()
    return lambda index: contents(solve(model, solver, noise.take(index), levels, exact.context()))


def scores_of(reward: Reward, points: Sample) -> Ask:
    """The scores of points."""
    return lambda index: {"scores": score(reward, points.take(index), exact.context())}


def seen_by(operator: Operator) -> dict[str, Ask]:
    """What an operator sees, and the ways back where it has them."""
    points = exact.clean()

    def seen(index: Tensor) -> dict[str, Tensor]:
        return {"y": operator.apply(points.x[index], points.rows.take(index))}

    def back(index: Tensor) -> dict[str, Tensor]:
        rows, y = points.rows.take(index), seen(index)["y"]
        rho = torch.full((len(rows),), 0.7, dtype=torch.float64)
        near = operator.prox(points.x[index] / 2, y, rho, rows)
        return {"adjoint": operator.adjoint(y, rows), "pinv": operator.pinv(y, rows), "prox": near}

    return {"apply": seen, "back": back} if "linear" in operator.abilities else {"apply": seen}


def parts_that_differ(ask: Ask, parts: list[list[int]], tolerance: float = 0.0) -> list[str]:
    """What is not the same about some rows asked for by themselves as among all four."""
    whole = ask(torch.arange(4))
    found = []
    for part in parts:
        index = torch.tensor(part)
        within = {name: entry[index] for name, entry in whole.items()}
        found += [f"{name} of rows {part}" for name in differences(within, ask(index), tolerance)]
    return found


def tolerance_of(value: object) -> float:
    """None for what stays in float64; that of float32 where a network answers."""
    return NETWORK if any(isinstance(part, nn.Module) for part in vars(value).values()) else 0.0


def sample_of(value: object, subject: Subject) -> Sample:
    """The batch that a node gives."""
    if isinstance(value, tuple):
        value = value[next(number for number, port in enumerate(subject.record.outputs) if "Sample" in port.types)]
    assert isinstance(value, Sample)
    return value


def test_a_row_that_sees_the_others_is_found() -> None:
    def mixed(index: Tensor) -> dict[str, Tensor]:
        x = exact.noise().x[index]
        return {"x": x - x.mean(0)}

    assert parts_that_differ(mixed, ALONE)
    assert parts_that_differ(mixed, PREFIX)


@pytest.mark.parametrize("model", [exact.Exact(), Momentum(exact.Exact())], ids=["exact", "with momentum"])
def test_the_stand_ins_obey(model: Model) -> None:
    assert not parts_that_differ(run_of(model, TwoStep(), exact.noise()), ALONE)
