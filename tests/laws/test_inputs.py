"""What a computation is given stays as it was, and what it gives keeps no graph of gradients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import torch
from torch import Tensor

from graphs.values import tensors_of
from nodes.contracts.asking import predict
from nodes.contracts.driving import drive
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from tests.laws import exact
from tests.laws.asking import questions, tolerance_of, works_on_rows
from tests.laws.comparing import contents
from tests.laws.kit import Given
from tests.laws.stand_ins import Momentum, TwoStep
from tests.laws.stating import built, is_model, is_solver, law, model_of, solver_of
from tests.laws.subjects import Subject
from tests.laws.trials import model_of as model_in
from tests.laws.trials import noise_like, noise_of


def tensors_in(value: object) -> Iterator[Tensor]:
    """The tensors of data, of behaviours, and of tuples of them."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (tuple, list)):
        for entry in value:
            yield from tensors_in(entry)
    elif isinstance(value, Mapping):
        yield from tensors_in(list(value.values()))
    elif found := tensors_of(value):
        yield from found
    elif type(value).__module__.startswith(("nodes.", "tests.")):
        yield from tensors_in(list(vars(value).values()))


class Kept:
    """Tensors as they were, to be compared with what they are."""

    def __init__(self, values: object) -> None:
        self.tensors = list(tensors_in(values))
        self.copies = [tensor.detach().clone() for tensor in self.tensors]
        self.versions = [tensor._version for tensor in self.tensors]

    def assert_unchanged(self) -> None:
        """Neither their numbers nor their versions differ: nothing was written to them, not even what stood there."""
        assert [tensor._version for tensor in self.tensors] == self.versions
        for tensor, copy in zip(self.tensors, self.copies, strict=True):
            assert torch.equal(tensor, copy)


def values(given: Mapping[str, Given]) -> dict[str, object]:
    """What the ports were given."""
    return {name: entry.value for name, entry in given.items()}


@law("inputs are unchanged", lambda subject: bool(subject.record.inputs))
def test_what_a_node_is_given_is_unchanged(subject: Subject) -> None:
    given = values(built(subject).given)
    kept = Kept(given)
    built(subject, **given)
    kept.assert_unchanged()


@law("inputs are unchanged", works_on_rows)
def test_what_a_behaviour_is_asked_with_is_unchanged(subject: Subject) -> None:
    made = built(subject)
    kept = Kept([made.value, values(made.given)])
    for ask in questions(made.value, made.world).values():
        ask(torch.arange(2))
    kept.assert_unchanged()


@law("inputs are unchanged", is_solver)
def test_the_states_of_a_run_are_unchanged_by_its_later_steps(subject: Subject) -> None:
    made = built(subject)
    noise, levels = noise_of(made.world), exact.levels()
    before = Kept([noise, levels])
    model = Momentum(model_in(made.world)) if made.world == "points" else model_in(made.world)
    states = [Kept(state) for state in drive(model, solver_of(made), noise, levels, exact.context())]
    for entry in (before, *states):
        entry.assert_unchanged()


@law("inputs are unchanged", is_model)
def test_a_question_is_unchanged_by_its_answer(subject: Subject) -> None:
    model = model_of(built(subject))
    sample = noise_like(model, 2)
    q = exact.question(exact.at_level(sample, 1.0).x, 1.0, sample.rows)
    kept = Kept([q.x, q.s, q.to, q.rows, q.step])
    with torch.no_grad():
        predict(model, q, exact.context())
    kept.assert_unchanged()


@law("no autograd graph is kept", is_solver)
def test_a_run_keeps_no_graph_of_gradients(subject: Subject) -> None:
    made = built(subject)
    if made.world == "points":
        graph_is_kept_nowhere(exact.Exact(), solver_of(made), exact.noise())


@law("no autograd graph is kept", is_model)
def test_neither_does_a_run_of_the_model(subject: Subject) -> None:
    model = model_of(built(subject))
    if not model.space.vocabulary and not tolerance_of(model):
        graph_is_kept_nowhere(model, TwoStep(), noise_like(model))


def graph_is_kept_nowhere(model: Model, solver: Solver, noise: Sample) -> None:
    """Though the noise wants gradients, nothing that is made of it does; and the mode of gradients is as before."""
    _, *stepped = drive(model, solver, wanting_gradients(noise), exact.levels(), exact.context())
    for state in stepped:
        assert [name for name, tensor in contents(state).items() if tensor.requires_grad] == []
    assert torch.is_grad_enabled()


def wanting_gradients(sample: Sample) -> Sample:
    """The same sample, as something whose gradients are wanted."""
    return replace(sample, x=sample.x.clone().requires_grad_())
