"""A row is what it is whatever batch it lies in: alone, among four, or in the first part of a larger batch."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from tests.laws import exact
from tests.laws.asking import Ask, questions, run_of, sample_of, tolerance_of, works_on_rows
from tests.laws.comparing import contents, differences, of_origins
from tests.laws.stand_ins import Momentum, TwoStep
from tests.laws.stating import built, law
from tests.laws.subjects import Subject

ALONE = [[0], [1], [2], [3]]
PREFIX = [[0, 1]]


def makes_samples_of_samples(subject: Subject) -> bool:
    """A node that takes a batch and gives one; not one that only makes points like it."""
    ports = [port for port in subject.record.inputs if "Sample" in port.types and port.name != "like"]
    return subject.gives("Sample") and any(not port.optional for port in ports)


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


def parts_that_differ(ask: Ask, parts: list[list[int]], tolerance: float = 0.0) -> list[str]:
    """What is not the same about some rows asked for by themselves as among all four."""
    whole = ask(torch.arange(4))
    found = []
    for part in parts:
        index = torch.tensor(part)
        within = of_origins(whole, index)
        found += [f"{name} of rows {part}" for name in differences(within, ask(index), tolerance)]
    return found


def test_a_row_that_sees_the_others_is_found() -> None:
    def mixed(index: Tensor) -> dict[str, Tensor]:
        x = exact.noise().x[index]
        return {"x": x - x.mean(0)}

    assert parts_that_differ(mixed, ALONE)
    assert parts_that_differ(mixed, PREFIX)


@pytest.mark.parametrize("model", [exact.Exact(), Momentum(exact.Exact())], ids=["exact", "with momentum"])
def test_the_stand_ins_obey(model: Model) -> None:
    assert not parts_that_differ(run_of(model, TwoStep(), exact.noise()), ALONE)
