"""What a state knows of the answer that it holds, and what a step and the driver leave of rows that stand still."""

from __future__ import annotations

from dataclasses import replace

import torch

from nodes.contracts.driving import advance
from nodes.contracts.levels import place
from nodes.contracts.model import Asks, Mixer, Model
from nodes.contracts.query import Prediction, Query
from nodes.contracts.solver import look, probe
from nodes.contracts.state import State
from nodes.solver.heun import Heun
from tests.nodes.contracts.stateful import Running
from tests.nodes.gaussian import Gaussian, context, pure_noise

TWO = torch.full((3,), 2.0, dtype=torch.float64)


def begun() -> State:
    """Three rows at level 4."""
    noise = pure_noise(3)
    return State.at(noise, noise.x, torch.full((3,), 4.0, dtype=torch.float64))


class Own(Mixer):
    """A model whose ε is not that of its x0, and that says which ε that is."""

    def __init__(self, model: Model) -> None:
        self.model, self.space = model, model.space

    def cost(self, s: float) -> float:
        """The model's."""
        return self.model.cost(s)

    def asks(self, q: Query, ctx: object) -> Asks:
        """The question as it is."""
        return [(self.model, q)]

    def combine(self, q: Query, answers: list[Prediction], ctx: object) -> Prediction:
        """ε of ones."""
        return Prediction(answers[0].x0, torch.ones_like(q.x))


def test_a_state_that_has_moved_on_holds_no_answer() -> None:
    looked, _ = look(Gaussian(), begun(), TWO, context())
    assert torch.equal(looked.answered_for(Gaussian().digest), TWO)
    moved = looked.reached(looked.x / 2, TWO)
    assert bool(moved.answered_for(Gaussian().digest).isnan().all())
    assert moved.pred is not None, "the prediction stays, to be shown"
    assert moved.step.tolist() == [1, 1, 1]


def test_the_answer_of_another_model_is_none() -> None:
    looked, _ = look(Gaussian(), begun(), TWO, context())
    assert bool(looked.answered_for(Gaussian(mean=1.0).digest).isnan().all())


def test_an_eps_of_its_own_moves_the_point_that_the_step_begins_at() -> None:
    looked, x0 = look(Own(Gaussian()), begun(), TWO, context())
    assert torch.equal(looked.x, place(x0, torch.ones_like(x0), looked.s))


def test_what_another_model_kept_stays_when_one_is_asked() -> None:
    state = replace(begun(), memory={"/another": torch.ones(3, 1)})
    looked, _ = look(Running(Gaussian()), state, TWO, context())
    assert set(looked.memory) == {"/another", "/mean"}


def test_another_point_of_a_step_is_asked_with_the_memory_of_the_state() -> None:
    model = Running(Gaussian())
    looked, _ = look(model, begun(), TWO, context())
    x0, _ = probe(model, looked, looked.x, looked.s, context())
    plain, _ = probe(Gaussian(), looked, looked.x, looked.s, context())
    torch.testing.assert_close(x0, (plain + looked.memory["/mean"]) / 2)


def test_rows_that_are_put_back_stand_where_they_stood() -> None:
    state = begun()
    index = torch.tensor([2, 0])
    part = replace(state.take(index), x=state.x[index] + 10)
    both = state.put(index, part)
    assert torch.equal(both.x, state.x + torch.tensor([[10.0], [0.0], [10.0]]))
    assert torch.equal(both.rows.seed, state.rows.seed)


def test_rows_that_are_done_are_stepped_no_more() -> None:
    state = replace(begun(), done=torch.tensor([False, True, False]))
    after = advance(Gaussian(), Heun(), state, TWO, context())
    assert after.step.tolist() == [1, 0, 1]
    assert torch.equal(after.x[1], state.x[1])
    assert after.s.tolist() == [2.0, 4.0, 2.0]
