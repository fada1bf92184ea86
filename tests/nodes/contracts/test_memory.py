"""What models keep: by their place in the stack, aligned with rows, written when the state itself is looked at."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.asking import predict
from nodes.contracts.context import Context
from nodes.contracts.driving import advance, drive
from nodes.contracts.model import Asks
from nodes.contracts.query import Query
from nodes.contracts.solver import look, probe
from nodes.contracts.state import State
from nodes.levels.karras import karras
from nodes.solver.heun import Heun
from tests.nodes.contracts.stateful import Around, Running, Some
from tests.nodes.gaussian import Gaussian, context, pure_noise, query

X = torch.tensor([[1.0, 2.0], [3.0, -1.0], [0.5, 0.0]], dtype=torch.float64)


def test_each_place_in_the_stack_has_a_memory_of_its_own() -> None:
    leaf = Gaussian()
    answer = predict(Running(Running(leaf)), query(X, 1.0), context())
    plain = predict(leaf, query(X, 1.0), context()).x0
    assert set(answer.keep) == {"/mean", "/0/mean"}
    torch.testing.assert_close(answer.keep["/0/mean"], plain / 2)
    torch.testing.assert_close(answer.keep["/mean"], plain / 4)
    assert answer.aux["/size"].shape == (3,)


def test_what_was_kept_is_recalled_at_the_rows_of_the_question() -> None:
    before = {"/mean": torch.arange(8.0, dtype=torch.float64).reshape(4, 2)}
    q = replace(query(X, 1.0), memory=before, at=torch.tensor([3, 0, 2]))
    answer = predict(Running(Gaussian()), q, context())
    plain = predict(Gaussian(), query(X, 1.0), context()).x0
    torch.testing.assert_close(answer.x0, (plain + before["/mean"][[3, 0, 2]]) / 2)


def test_what_another_model_kept_in_another_shape_is_nothing() -> None:
    q = replace(query(X, 1.0), memory={"/mean": torch.ones(3, 5)})
    answer = predict(Running(Gaussian()), q, context())
    torch.testing.assert_close(answer.x0, predict(Gaussian(), query(X, 1.0), context()).x0 / 2)


def test_a_model_asked_for_some_rows_changes_the_memory_of_those_only() -> None:
    model = Some(Running(Gaussian()), Gaussian(), [True, False, True])
    before = {"/0/mean": torch.full((3, 2), 7.0, dtype=torch.float64)}
    answer = predict(model, replace(query(X, 1.0), memory=before), context())
    assert answer.keep["/0/mean"][1].tolist() == [7.0, 7.0]
    assert not (answer.keep["/0/mean"][[0, 2]] == 7.0).any()
    fresh = predict(model, query(X, 1.0), context())
    assert fresh.keep["/0/mean"][1].tolist() == [0.0, 0.0]


def test_a_question_about_part_of_the_state_keeps_for_that_part() -> None:
    model = Some(Running(Gaussian()), Gaussian(), [True, False, True])
    whole = predict(model, query(X, 1.0), context()).keep["/0/mean"]
    part = predict(model, query(X, 1.0).take(torch.tensor([2, 1])), context()).keep["/0/mean"]
    torch.testing.assert_close(part, whole[[2, 1]])


def test_what_lies_inside_a_wrapper_keeps_through_it() -> None:
    answer = predict(Running(Around(Running(Gaussian()))), query(X, 1.0), context())
    assert set(answer.keep) == {"/mean", "/0/count", "/0/0/mean"}


def test_only_looking_at_the_state_writes_memory() -> None:
    noise, ctx, model = pure_noise(2), context(), Running(Gaussian())
    state = Heun().start(noise, karras(), ctx)
    looked, _ = look(model, state, torch.full((2,), 2.0, dtype=torch.float64), ctx)
    kept = looked.memory["/mean"].clone()
    probe(model, looked, looked.x, looked.s, ctx)
    assert torch.equal(looked.memory["/mean"], kept)
    asked = model.model
    assert isinstance(asked, Gaussian)
    assert [q.stage for q in asked.asked] == [0, 1]


def test_an_answer_that_the_state_holds_is_not_asked_for_again() -> None:
    noise, ctx, model = pure_noise(3), context(), Running(Gaussian())
    state = Heun().start(noise, karras(), ctx)
    to = torch.full((3,), 2.0, dtype=torch.float64)
    looked, x0 = look(model, state, to, ctx)
    again, same = look(model, looked, to, ctx)
    assert ctx.meter.rows == 3
    assert torch.equal(x0, same)
    assert again is looked
    look(model, looked, to / 2, ctx)
    assert ctx.meter.rows == 6, "on the way to another level it is another question"
    look(Running(Gaussian(1.0)), looked, to, ctx)
    assert ctx.meter.rows == 9, "another model's answer is another answer"
    look(Running(Gaussian()), looked, to, ctx)
    assert ctx.meter.rows == 9, "an equal model's answer is the same answer"


def test_in_a_mixed_batch_only_the_open_rows_are_asked() -> None:
    noise, ctx, model = pure_noise(4), context(), Running(Gaussian())
    state = Heun().start(noise, karras(), ctx)
    to = torch.full((4,), 2.0, dtype=torch.float64)
    whole, _ = look(model, state, to, context())
    part, _ = look(model, state.take(torch.tensor([1, 3])), to[:2], ctx)
    mixed = State.cat([part, state.take(torch.tensor([0, 2]))]).take(torch.tensor([2, 0, 3, 1]))
    looked, x0 = look(model, mixed, to, ctx)
    assert ctx.meter.rows == 4
    assert torch.equal(x0, whole.pred.x0 if whole.pred is not None else Tensor())
    assert torch.equal(looked.memory["/mean"], whole.memory["/mean"])
    assert torch.equal(looked.x, whole.x)


def test_rows_with_memory_can_be_taken_apart_in_mid_run() -> None:
    model, levels, noise = Running(Gaussian(variance=0.3)), karras(num_inference_steps=6), pure_noise(4)
    states = list(drive(model, Heun(), noise, levels, context()))
    ctx, ends = context(), []
    for index in (torch.tensor([2, 0]), torch.tensor([1]), torch.tensor([3])):
        state = states[2].take(index)
        for s_next in levels.of(state.rows)[3:]:
            state = advance(model, Heun(), state, s_next, ctx)
        ends.append(state.x)
    assert torch.equal(torch.cat(ends), states[-1].x[[2, 0, 1, 3]])


class Second(Running):
    """Asks its model at a place of its own."""

    def asks(self, q: Query, ctx: Context) -> Asks:
        """The second question without the first."""
        return [(self.model, q.inside(1))]


def test_a_mixer_may_say_the_place_itself() -> None:
    answer = predict(Second(Running(Gaussian())), query(X, 1.0), context())
    assert set(answer.keep) == {"/mean", "/1/mean"}
    again = predict(Second(Running(Gaussian())), replace(query(X, 1.0), memory=answer.keep), context())
    assert not torch.equal(again.x0, answer.x0)


class Twice(Some):
    """Asks the first model about a row twice."""

    def indices(self, q: Query) -> list[Tensor]:
        """The first row twice."""
        return [torch.tensor([0, 0, 1]), torch.tensor([2])]


def test_a_question_that_repeats_rows_cannot_keep() -> None:
    with pytest.raises(TypeError, match="repeats rows"):
        predict(Twice(Running(Gaussian()), Gaussian(), [True] * 3), query(X, 1.0), context())


def test_a_model_that_takes_no_map_of_levels_says_so() -> None:
    q = replace(query(X, 1.0), s=torch.ones(3, 2, dtype=torch.float64))
    with pytest.raises(InputError, match="one level for each row"):
        predict(Gaussian(), q, context())
