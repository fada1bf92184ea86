"""A state in the middle of a run can be taken apart, put together, stored and read: the rest of the run is the same."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import pytest
import torch
from torch import Tensor

from graphs.parts import decode, encode, parts_of, value_of
from nodes.contracts.driving import advance, drive
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.contracts.query import Prediction
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.space import Part, Space
from nodes.contracts.state import State
from tests.laws import exact
from tests.laws.asking import tolerance_of
from tests.laws.comparing import contents, differences, rows_of
from tests.laws.kit import World
from tests.laws.stand_ins import Momentum, TwoStep
from tests.laws.stating import built, built_or_refused, is_guidance, is_solver, law, model_of, solver_of
from tests.laws.subjects import Built, Subject, subjects
from tests.laws.trials import model_of as model_in
from tests.laws.trials import noise_like, noise_of

CLASSES: Mapping[str, type] = {cls.__name__: cls for cls in (Prediction, State, Rows, Space, Part)}
HALVES = (torch.tensor([2, 0]), torch.tensor([1, 3]))


@functools.cache
def models_with_memory() -> list[Model]:
    """A stand-in that remembers, and every guidance of the catalogue that does and has gradients, as some ask for."""
    found: list[Model] = [Momentum(exact.Exact())]
    for subject in subjects(lambda subject: is_guidance(subject) and subject.plain):
        made = built_or_refused(subject)
        if not isinstance(made, Built) or made.world != "points":
            continue
        model = model_of(made)
        *_, last = drive(model, TwoStep(), noise_like(model, 1), exact.levels((3.0, 1.0, 0.5)), exact.context())
        if last.memory and "differentiable" in model.abilities:
            found.append(model)
    return found


def states(model: Model, solver: Solver, noise: Sample, levels: Levels) -> list[State]:
    """All states of a run."""
    return list(drive(model, solver, noise, levels, exact.context()))


def go_on(model: Model, solver: Solver, state: State, levels: Levels, position: int) -> State:
    """The last state of the rest of a run."""
    ctx = exact.context()
    for s_next in levels.of(state.rows)[position + 1 :]:
        with torch.no_grad():
            state = advance(model, solver, state, s_next, ctx)
    return state


def models_for(world: World) -> list[Model]:
    """What a solver is tried with in its world."""
    return [model_in(world), *models_with_memory()] if world == "points" else [model_in(world)]


@law("halves of a state in mid-run go on as the whole", is_solver)
def test_halves_of_a_state_go_on_as_the_whole(subject: Subject) -> None:
    made = built(subject)
    for model in models_for(made.world):
        halves_go_on(model, solver_of(made))


@law("halves of a state in mid-run go on as the whole", is_guidance)
def test_halves_go_on_as_the_whole_under_guidance(subject: Subject) -> None:
    halves_go_on(model_of(built(subject)), TwoStep())


def halves_go_on(model: Model, solver: Solver) -> None:
    """Two halves out of order, each by itself; and both together again."""
    levels, tolerance = exact.levels(), tolerance_of(model)
    whole = states(model, solver, noise_like(model), levels)
    for position in (1, 2):
        taken = [part(whole[position], origins) for origins in HALVES]
        ends = [go_on(model, solver, half, levels, position) for half in taken]
        for origins, end in zip(HALVES, ends, strict=True):
            assert not differences(contents(end), contents(part(whole[-1], origins)), tolerance), position
        again = go_on(model, solver, State.cat(taken), levels, position)
        assert not differences(contents(again), contents(part(whole[-1], torch.cat(HALVES))), tolerance), position


def part(state: State, origins: Tensor) -> State:
    """The rows of these origins, with all that descend from them."""
    return state.take(rows_of(state.rows.origin, origins))


@law("rows that begin later catch up", is_solver)
def test_rows_of_other_depths_step_in_one_batch(subject: Subject) -> None:
    """Rows at different steps are joined, as in a stream or a tree, and each is stepped as it would be by itself."""
    made = built(subject)
    solver, model, levels = solver_of(made), model_in(made.world), exact.levels()
    whole = states(model, solver, noise_of(made.world), levels)
    first, second = torch.tensor([0, 1]), torch.tensor([2, 3])
    early, late = part(whole[1], first), part(whole[2], second)
    to = torch.cat([levels.s[2].expand(len(early.rows)), levels.s[3].expand(len(late.rows))])
    with torch.no_grad():
        both = advance(model, solver, State.cat([early, late]), to, exact.context())
    expected = State.cat([part(whole[2], first), part(whole[3], second)])
    assert not differences(contents(both), contents(expected))


@law("a state that was stored goes on bitwise", is_solver)
def test_a_state_that_was_stored_goes_on_bitwise(subject: Subject) -> None:
    made = built(subject)
    solver, levels = solver_of(made), exact.levels()
    for model in models_for(made.world):
        whole = states(model, solver, noise_of(made.world), levels)
        for position in (1, 3):
            stored = value_of(decode(encode(parts_of(whole[position]))), CLASSES.__getitem__)
            assert isinstance(stored, State)
            end = go_on(model, solver, stored, levels, position)
            assert not differences(contents(end), contents(whole[-1])), position


def test_a_solver_that_forgets_its_past_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    take = State.take
    monkeypatch.setattr(
        State, "take", lambda state, index: State(**{**vars(take(state, index)), "past": {}, "memory": {}})
    )
    with pytest.raises(AssertionError):
        halves_go_on(exact.Exact(), TwoStep())
