"""DPM-Solver++(2M) against its formula, with rows of any history."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from nodes.contracts.driving import advance, drive, solve
from nodes.contracts.levels import Levels
from nodes.contracts.sample import Sample
from nodes.contracts.state import State
from nodes.levels.karras import karras
from nodes.levels.uniform_log_snr import uniform_log_snr
from nodes.solver.dpmpp_2m import dpmpp_2m, half_ratio
from tests.nodes.gaussian import Gaussian, context, pure_noise

VARIANCE = 0.25


def written_out(x: Tensor, s: list[float]) -> Tensor:
    """Algorithm 2 of the paper for N(0, VARIANCE): m the predicted x0, the first step and one to 0 of order 1."""
    before: tuple[Tensor, float] | None = None
    for now, then in pairwise(s):
        alpha, alpha_then = 1 / math.sqrt(1 + now**2), 1 / math.sqrt(1 + then**2)
        m = VARIANCE * (x / alpha) / (VARIANCE + now**2)
        if then == 0:
            return m
        h = math.log(now / then)
        mixed = m
        if before is not None:
            r = math.log(before[1] / now) / h
            mixed = (1 + 1 / (2 * r)) * m - before[0] / (2 * r)
        before = m, now
        x = (then * alpha_then) / (now * alpha) * x - alpha_then * math.expm1(-h) * mixed
    return x


@pytest.mark.parametrize("levels", [karras(num_inference_steps=9), Levels(karras(num_inference_steps=9).s[:-1])])
def test_it_is_algorithm_2(levels: Levels) -> None:
    noise, first = pure_noise(4), float(levels.s[0])
    expected = written_out(noise.x * first / math.sqrt(1 + first**2), levels.s.tolist())
    end = solve(Gaussian(variance=VARIANCE), dpmpp_2m(), noise, levels, context())
    torch.testing.assert_close(end.x, expected, rtol=1e-10, atol=1e-12)


def test_it_asks_as_often_as_it_says() -> None:
    ctx = context()
    solve(Gaussian(), dpmpp_2m(), pure_noise(3), karras(num_inference_steps=7), ctx)
    assert (ctx.meter.launches, ctx.meter.rows) == (dpmpp_2m().calls(7), 21)


def test_from_pure_noise_the_first_steps_are_of_order_one_and_finite() -> None:
    """At s = inf the answer is the mean; x0 is not extrapolated over an infinite step."""
    levels = Levels(torch.tensor([math.inf, 4.0, 0.0], dtype=torch.float64))
    *_, middle, last = drive(Gaussian(2.0, VARIANCE), dpmpp_2m(), pure_noise(3), levels, context())
    torch.testing.assert_close(middle.x, (2.0 + 4.0 * pure_noise(3).x) / math.sqrt(17))
    y = middle.x * math.sqrt(17)
    torch.testing.assert_close(last.x, (VARIANCE * y + 16 * 2.0) / (VARIANCE + 16))


def test_up_and_down_again_returns_at_order_two() -> None:
    errors = []
    for steps in (40, 80, 160):
        up = uniform_log_snr(num_inference_steps=steps, sigma_min=0.1, sigma_max=5.0, final_sigmas_type="sigma_min")
        noise = pure_noise(8)
        start = Sample(noise.x, up.s[-1].expand(8), noise.space, noise.rows)
        there = solve(Gaussian(variance=VARIANCE), dpmpp_2m(), start, Levels(up.s.flip(0)), context())
        back = solve(Gaussian(variance=VARIANCE), dpmpp_2m(), there, up, context())
        errors.append(float((back.x - start.x).square().mean().sqrt()))
    slopes = [math.log2(errors[0] / errors[1]), math.log2(errors[1] / errors[2])]
    assert slopes == pytest.approx([2.0, 2.0], abs=0.2)


def test_a_level_of_zero_on_the_way_up_is_no_history() -> None:
    levels = Levels(torch.tensor([0.0, 0.1, 0.3], dtype=torch.float64))
    noise = pure_noise(3)
    data = Sample(noise.x, torch.zeros(3, dtype=torch.float64), noise.space, noise.rows)
    end = solve(Gaussian(variance=VARIANCE), dpmpp_2m(), data, levels, context())
    y = noise.x  # Euler from s = 0, where the ε of any density is 0
    y = y + 0.2 * (y - VARIANCE * y / (VARIANCE + 0.01)) / 0.1
    torch.testing.assert_close(end.x, y / math.sqrt(1.09))


def test_rows_at_different_steps_of_one_batch_are_what_they_are_alone() -> None:
    levels, model, ctx = karras(num_inference_steps=8), Gaussian(variance=0.3), context()
    alone = list(drive(model, dpmpp_2m(), pure_noise(4), levels, ctx))
    states = [alone[depth].take(torch.tensor([row])) for row, depth in enumerate((0, 1, 3, 5))]
    # A state that never stepped holds no prediction and no history; in the batch its rows are zeros there.
    batch, depths = State.cat(states), torch.tensor([0, 1, 3, 5])
    for _ in range(3):
        depths = depths + 1
        batch = advance(model, dpmpp_2m(), batch, levels.s[depths], ctx)
    for row, depth in enumerate(depths.tolist()):
        assert torch.equal(batch.x[row], alone[depth].x[row])
        assert int(batch.step[row]) == depth


def test_a_row_that_joins_without_history_begins_at_order_one() -> None:
    levels, model, ctx = karras(num_inference_steps=8), Gaussian(variance=0.3), context()
    *_, state = drive(model, dpmpp_2m(), pure_noise(2), Levels(levels.s[:4]), ctx)
    fresh = replace(state.take(torch.tensor([1])), past={}, pred=None, pred_to=None)
    batch = advance(model, dpmpp_2m(), State.cat([state.take(torch.tensor([0])), fresh]), levels.s[[4, 4]], ctx)
    apart = [advance(model, dpmpp_2m(), part, levels.s[[4]], ctx) for part in (state.take(torch.tensor([0])), fresh)]
    assert torch.equal(batch.x, torch.cat([part.x for part in apart]))
    whole = advance(model, dpmpp_2m(), state, levels.s[[4, 4]], ctx)
    assert torch.equal(whole.x[0], batch.x[0])
    assert not torch.equal(whole.x[1], batch.x[1])


def test_a_step_before_that_was_made_at_this_level_says_nothing_of_the_slope() -> None:
    s = torch.tensor([2.0, 2.0], dtype=torch.float64)
    before, after = torch.tensor([2.0, 4.0], dtype=torch.float64), torch.tensor([1.0, 1.0], dtype=torch.float64)
    assert half_ratio(before, s, after).tolist() == [0.0, pytest.approx(0.5)]
