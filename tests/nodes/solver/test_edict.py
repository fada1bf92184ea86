"""EDICT: every step can be undone."""

from __future__ import annotations

import pytest
import torch

from graphs import InputError
from nodes.contracts.driving import drive, solve
from nodes.contracts.levels import Levels
from nodes.contracts.sample import Sample
from nodes.guidance.cfg import cfg
from nodes.levels.karras import karras
from nodes.solver.ddim import ddim
from nodes.solver.edict import OTHER, edict
from tests.nodes.gaussian import Gaussian, context, means, pure_noise
from tests.nodes.inversion.curved import Curved, points

LEVELS = karras(num_inference_steps=13, sigma_min=0.02, sigma_max=40.0)
UP = Levels(LEVELS.s.flip(0))


@pytest.mark.parametrize("mixing", [0.93, 0.8, 1.0])
def test_up_and_down_again_is_where_it_was_whatever_the_model(mixing: float) -> None:
    begun = points()
    noise = solve(Curved(), edict(mixing=mixing), begun, UP, context())
    back = solve(Curved(), edict(mixing=mixing), noise, LEVELS, context())
    torch.testing.assert_close(back.x, begun.x, rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(back.aux[OTHER], begun.x, rtol=1e-10, atol=1e-10)
    assert not torch.allclose(noise.x, begun.x, atol=0.1)


def test_down_and_up_again_too() -> None:
    begun = solve(Curved(), edict(), pure_noise(3), LEVELS, context())
    noise = solve(Curved(), edict(), begun, UP, context())
    _, sigma = LEVELS.s[0] ** 0 / (1 + LEVELS.s[0] ** 2).sqrt(), LEVELS.s[0] / (1 + LEVELS.s[0] ** 2).sqrt()
    torch.testing.assert_close(noise.x, sigma * pure_noise(3).x, rtol=1e-10, atol=1e-10)


def test_a_pair_is_only_whole_with_its_second_sample() -> None:
    noise = solve(Curved(), edict(), points(), UP, context())
    halved = Sample(noise.x, noise.s, noise.space, noise.rows)
    back = solve(Curved(), edict(), halved, LEVELS, context())
    assert not torch.allclose(back.x, points().x, atol=1e-6)


def test_on_a_gaussian_it_converges_to_what_ddim_does() -> None:
    model, errors = Gaussian(mean=1.0, variance=0.25), []
    for steps in (200, 400):
        levels = karras(num_inference_steps=steps)
        wanted = solve(model, ddim(), pure_noise(3), levels, context()).x
        errors.append(float((solve(model, edict(), pure_noise(3), levels, context()).x - wanted).abs().max()))
    assert errors[1] < errors[0] < 0.05


def test_one_step_is_the_one_of_the_paper() -> None:
    """From s = 1 to 0, where a = √2 and b = −1: written out for data N(0, 1), whose ε at s is x s/√(1 + s²)."""
    x = pure_noise(1).x / 2**0.5
    first = Sample(x, torch.ones(1, dtype=torch.float64), pure_noise(1).space, pure_noise(1).rows)
    out = solve(Gaussian(), edict(mixing=0.9), first, Levels(torch.tensor([1.0, 0.0], dtype=torch.float64)), context())
    y = 2**0.5 * x - x / 2**0.5
    moved = 2**0.5 * x - y / 2**0.5
    y = 0.9 * y + 0.1 * moved
    torch.testing.assert_close(out.x, y)
    torch.testing.assert_close(out.aux[OTHER], 0.9 * moved + 0.1 * y)


def test_strong_guidance_is_undone_as_well() -> None:
    model = cfg(Gaussian(variance=0.3), means(1.0), means(-1.0), guidance_scale=7.5)
    noise = solve(model, edict(), points(), UP, context())
    torch.testing.assert_close(solve(model, edict(), noise, LEVELS, context()).x, points().x, rtol=1e-9, atol=1e-9)


def test_it_asks_twice_a_step() -> None:
    ctx = context()
    solve(Curved(), edict(), points(), UP, ctx)
    assert ctx.meter.rows == 3 * edict().calls(13) == 3 * 26


def test_rows_may_go_up_and_down_in_one_batch() -> None:
    top = solve(Curved(), edict(), points(2), UP, context())
    mixed = Levels(torch.stack([LEVELS.s, UP.s], 1))
    x = torch.stack([top.x[0], points(2).x[1]])
    other = torch.stack([top.aux[OTHER][0], points(2).x[1]])
    begun = Sample(x, mixed.s[0], top.space, points(2).rows, {OTHER: other})
    out = solve(Curved(), edict(), begun, mixed, context())
    torch.testing.assert_close(out.x[0], points(2).x[0], rtol=1e-10, atol=1e-10)
    assert torch.equal(out.x[1], top.x[1])


def test_a_row_taken_out_in_mid_run_goes_on_as_in_the_batch() -> None:
    states = list(drive(Curved(), edict(), points(), UP, context()))
    one = states[4].take(torch.tensor([2]))
    for s_next in UP.of(one.rows)[5:]:
        one = edict().step(Curved(), one, s_next, context())
    assert torch.equal(one.x[0], states[-1].x[2])


def test_pure_noise_as_a_level_is_refused() -> None:
    with pytest.raises(InputError, match="cannot step to or from pure noise"):
        solve(Gaussian(), edict(), pure_noise(1), Levels(torch.tensor([torch.inf, 0.0])), context())
