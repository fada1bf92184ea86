"""Heun's method against closed forms, a second implementation, and its order."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from torch import Tensor

from nodes.contracts.driving import drive
from nodes.contracts.levels import Levels
from nodes.contracts.sample import Sample
from nodes.levels.karras import karras
from nodes.solver.heun import Heun, heun
from tests.nodes.gaussian import Gaussian, context, pure_noise

ORDER = 2
"""Of the specification: EDM Heun on the Karras grid."""


def solve(model: Gaussian, levels: Levels, noise: Sample) -> Sample:
    """Sample with Heun."""
    *_, state = drive(model, Heun(), noise, levels, context())
    return Heun().finish(state, context())


def at_top(count: int, top: float) -> Sample:
    """Float64 noise that already lies at the first level."""
    noise = pure_noise(count)
    scale = top / math.sqrt(1 + top * top)
    return Sample(noise.x * scale, torch.full((count,), top, dtype=torch.float64), noise.space, noise.rows)


def edm_heun(y: Tensor, s: list[float], variance: float) -> Tensor:
    """Algorithm 1 of the EDM paper without churn, in its own coordinate y = x0 + s ε."""
    for now, then in itertools.pairwise(s):
        slope = (y - variance * y / (variance + now**2)) / now
        euler = y + (then - now) * slope
        if then == 0:
            return euler
        slope_then = (euler - variance * euler / (variance + then**2)) / then
        y = y + (then - now) * (slope + slope_then) / 2
    return y


def test_it_is_edm_algorithm_1() -> None:
    levels, noise = karras(num_inference_steps=12), pure_noise(5)
    expected = edm_heun(noise.x * 80.0, levels.s.tolist(), 0.25)
    torch.testing.assert_close(solve(Gaussian(variance=0.25), levels, noise).x, expected, rtol=1e-11, atol=1e-12)


def test_it_has_order_two() -> None:
    """dy/ds = ε of N(0, v) has the solution y(s) = y(S) √((v + s²)/(v + S²))."""
    variance, top, bottom = 0.25, 10.0, 0.1
    errors = []
    for steps in (40, 80, 160):
        s = karras(num_inference_steps=steps + 1, sigma_min=bottom, sigma_max=top).s[:-1]
        noise = at_top(64, top)
        reached = solve(Gaussian(variance=variance), Levels(s), noise)
        exact = noise.x * math.sqrt((1 + top**2) / (1 + bottom**2) * (variance + bottom**2) / (variance + top**2))
        errors.append(float((reached.x - exact).square().mean().sqrt()))
    slopes = [math.log2(before / after) for before, after in itertools.pairwise(errors)]
    assert slopes == pytest.approx([ORDER, ORDER], abs=0.15)


def test_going_up_and_down_again_returns() -> None:
    up = Levels(torch.linspace(0.5, 3.0, 200, dtype=torch.float64))
    start = at_top(8, 0.5)
    there = solve(Gaussian(variance=0.25), up, start)
    back = solve(Gaussian(variance=0.25), Levels(up.s.flip(0)), there)
    torch.testing.assert_close(back.x, start.x, rtol=0, atol=1e-4)


def test_from_pure_noise_the_first_step_is_eulers() -> None:
    """At s = inf the answer is the mean m: the step lands on (m + s ε)/√(1 + s²)."""
    noise = pure_noise(3)
    reached = solve(Gaussian(mean=2.0), Levels(torch.tensor([math.inf, 4.0], dtype=torch.float64)), noise)
    torch.testing.assert_close(reached.x, (2.0 + 4.0 * noise.x) / math.sqrt(17))


def test_it_asks_as_often_as_it_says() -> None:
    ctx = context()
    list(drive(Gaussian(), heun(), pure_noise(3), karras(num_inference_steps=9), ctx))
    assert ctx.meter.launches == heun().calls(9) == 17
    assert ctx.meter.rows == 3 * 17


def test_rows_may_have_levels_of_their_own() -> None:
    noise = pure_noise(2)
    first, second = karras(num_inference_steps=6).s, karras(num_inference_steps=6, sigma_max=20.0).s
    both = solve(Gaussian(variance=0.3), Levels(torch.stack([first, second], 1)), noise)
    alone = [solve(Gaussian(variance=0.3), Levels(s), noise).x[row] for row, s in enumerate((first, second))]
    torch.testing.assert_close(both.x, torch.stack(alone), rtol=1e-12, atol=1e-12)


def test_a_batch_of_four_equals_four_of_one() -> None:
    noise, levels = pure_noise(4), karras(num_inference_steps=5)
    together = solve(Gaussian(variance=0.3), levels, noise).x
    for row in range(4):
        index = torch.tensor([row])
        one = Sample(noise.x[index], noise.s[index], noise.space, noise.rows.take(index))
        assert torch.equal(solve(Gaussian(variance=0.3), levels, one).x[0], together[row])
