"""The state and the driver."""

from __future__ import annotations

import math

import pytest
import torch

from graphs import InputError
from graphs.running.context import Cancelled, Meter
from nodes.contracts.context import Context
from nodes.contracts.driving import drive
from nodes.contracts.levels import Levels
from nodes.contracts.sample import Sample
from nodes.contracts.state import State
from nodes.levels.karras import karras
from nodes.solver.heun import Heun
from tests.nodes.gaussian import Gaussian, context, pure_noise


def test_noise_enters_the_first_level_as_sigma_eps() -> None:
    noise = pure_noise(2)
    first = next(drive(Gaussian(), Heun(), noise, Levels(torch.tensor([3.0, 0.0])), context()))
    torch.testing.assert_close(first.x, noise.x * 3 / math.sqrt(10))
    assert first.s.tolist() == [3.0, 3.0]


def test_a_sample_at_another_level_is_refused_with_both_levels() -> None:
    noise = pure_noise(2)
    clean = Sample(noise.x, torch.zeros(2, dtype=torch.float64), noise.space, noise.rows)
    with pytest.raises(InputError, match="not at the level") as caught:
        list(drive(Gaussian(), Heun(), clean, karras(), context()))
    assert "s = 0" in caught.value.given
    assert "s = 80" in caught.value.given


def test_rows_that_are_there_already_are_not_asked_again() -> None:
    s = torch.tensor([[4.0, 4.0], [2.0, 4.0], [2.0, 1.0]], dtype=torch.float64)
    model = Gaussian()
    *_, last = drive(model, Heun(), pure_noise(2), Levels(s), context())
    assert [len(q.rows) for q in model.asked] == [1, 1, 1, 1]
    assert last.s.tolist() == [2.0, 1.0]
    assert last.step.tolist() == [1, 1]
    assert torch.equal(last.rows.seed, pure_noise(2).rows.seed)


def test_take_and_cat_in_mid_run_change_nothing() -> None:
    levels, model, ctx = karras(num_inference_steps=6), Gaussian(variance=0.3), context()
    noise = pure_noise(4)
    states = list(drive(model, Heun(), noise, levels, ctx))
    halves = [states[3].take(torch.tensor([0, 1])), states[3].take(torch.tensor([2, 3]))]
    state = State.cat(halves)
    for s_next in levels.of(noise.rows)[4:]:
        state = Heun().step(model, state, s_next, ctx)
    assert torch.equal(state.x, states[-1].x)


def test_a_finished_sample_has_rows_of_its_own_lineage() -> None:
    noise = pure_noise(3)
    *_, state = drive(Gaussian(), Heun(), noise, karras(num_inference_steps=2), context())
    done = Heun().finish(state, context())
    assert not set(done.rows.seed.tolist()) & set(noise.rows.seed.tolist())
    assert torch.equal(done.rows.origin, noise.rows.origin)


def test_the_guess_is_the_predicted_x0() -> None:
    model = Gaussian(mean=2.0, variance=1e-12)
    *_, state = drive(model, Heun(), pure_noise(2), karras(num_inference_steps=3), context())
    torch.testing.assert_close(state.guess().x, torch.full((2, 2), 2.0, dtype=torch.float64), atol=1e-5, rtol=0)
    assert state.guess().s.tolist() == [0.0, 0.0]


def test_no_gradient_graph_is_kept() -> None:
    noise = pure_noise(2)
    noise.x.requires_grad_()
    *_, state = drive(Gaussian(), Heun(), noise, karras(num_inference_steps=3), context())
    assert not state.x.requires_grad
    assert torch.is_grad_enabled()


def test_inputs_are_unchanged() -> None:
    noise, levels = pure_noise(2), karras(num_inference_steps=3)
    before = noise.x.clone(), levels.s.clone()
    list(drive(Gaussian(), Heun(), noise, levels, context()))
    assert torch.equal(noise.x, before[0])
    assert torch.equal(levels.s, before[1])


def test_cancel_stops_at_the_next_launch() -> None:
    ctx = Context(Meter(cancelled=lambda: True))
    with pytest.raises(Cancelled):
        list(drive(Gaussian(), Heun(), pure_noise(2), karras(), ctx))
    assert ctx.meter.launches == 0
