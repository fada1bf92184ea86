"""The bidirectional family: O-BELM and BDIA, undone by going the other way."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from graphs import InputError, RunContext
from graphs.running.context import Meter
from nodes.contracts.driving import drive, solve
from nodes.contracts.levels import Levels
from nodes.contracts.solver import Solver
from nodes.guidance.cfg import cfg
from nodes.inversion.exact import exact
from nodes.levels.karras import karras
from nodes.solver.bdia import bdia
from nodes.solver.bidirectional import POINT
from nodes.solver.ddim import ddim
from nodes.solver.o_belm import o_belm
from tests.nodes.gaussian import Gaussian, context, means, pure_noise
from tests.nodes.inversion.curved import Curved, points, result
from tests.nodes.solver.expected import Expected
from tests.nodes.solver.measuring import slopes
from tests.oracles import Oracle

LEVELS = karras(num_inference_steps=13, sigma_min=0.02, sigma_max=40.0)
UP = Levels(LEVELS.s.flip(0))
FAMILY = {"solver.o_belm": o_belm(), "solver.bdia": bdia()}


def furthest(one: Tensor, other: Tensor) -> float:
    """The largest difference."""
    return float((one - other).abs().max())


@pytest.mark.parametrize(("name", "solver"), FAMILY.items())
def test_up_and_down_again_is_where_it_was_whatever_the_model(name: str, solver: Solver, oracle: Oracle) -> None:
    noise = result(exact(points(), Curved(), solver, LEVELS, run=RunContext(Meter())))
    back = solve(Curved(), solver, noise, LEVELS, context())
    assert not torch.allclose(noise.x, points().x, atol=0.1)
    oracle(name, "inverted and sampled again it is the sample", furthest(back.x, points().x), 1e-10)


@pytest.mark.parametrize(("name", "solver"), FAMILY.items())
def test_down_and_up_again_is_the_noise_that_it_began_with(name: str, solver: Solver, oracle: Oracle) -> None:
    noise = pure_noise(3)
    sigma = 40 / math.hypot(1, 40)
    made = solve(Curved(), solver, noise, LEVELS, context())
    back = result(exact(made, Curved(), solver, LEVELS, run=RunContext(Meter())))
    oracle(name, "a generated sample goes back to its noise", furthest(back.x, sigma * noise.x), 1e-9)


def test_an_average_is_undone_but_for_rounding_that_grows() -> None:
    noise = solve(Curved(), bdia(gamma=0.8), points(), UP, context())
    back = solve(Curved(), bdia(gamma=0.8), noise, LEVELS, context())
    torch.testing.assert_close(back.x, points().x, rtol=1e-9, atol=1e-9)


def test_strong_guidance_is_undone_as_well() -> None:
    model = cfg(Gaussian(variance=0.3), means(1.0), means(-1.0), guidance_scale=7.5)
    noise = solve(model, bdia(), points(), UP, context())
    torch.testing.assert_close(solve(model, bdia(), noise, LEVELS, context()).x, points().x, rtol=1e-8, atol=1e-8)


def test_without_the_point_before_it_is_another_way() -> None:
    noise = solve(Curved(), o_belm(), points(), UP, context())
    bare = replace(noise, aux={})
    assert not torch.allclose(solve(Curved(), o_belm(), bare, LEVELS, context()).x, points().x, atol=1e-6)


def test_two_steps_are_those_of_the_papers() -> None:
    """From s = 3 to 2 to 0.5 for data N(0, 1), whose ε at (y, s) is y s/(1 + s²): written out in y."""
    levels = Levels(torch.tensor([3.0, 2.0, 0.5], dtype=torch.float64))
    y = 3 * pure_noise(2).x
    middle = y - y * 3 / 10
    eps = middle * 2 / 5
    belm = middle - 1.5 * eps + 1.5**2 * (y - (middle + eps))
    found = solve(Gaussian(), o_belm(), pure_noise(2), levels, context()).x
    torch.testing.assert_close(found, belm / math.sqrt(1.25))
    x, euler = y / math.sqrt(10), (middle + eps) / math.sqrt(10)
    averaged = (middle - 1.5 * eps) / math.sqrt(1.25) + 0.8 * (x - euler)
    torch.testing.assert_close(solve(Gaussian(), bdia(gamma=0.8), pure_noise(2), levels, context()).x, averaged)


@pytest.mark.parametrize(("solver", "order"), [(o_belm, 2), (bdia, 2), (lambda: bdia(gamma=0.5), 1)])
def test_their_orders(solver: Callable[[], Solver], order: int, oracle: Oracle) -> None:
    """On the flow of a mixture; BDIA with gamma = 1 is the leapfrog of the flow in x."""
    name = "solver.o_belm" if solver is o_belm else "solver.bdia"
    found = slopes(Expected(name, solver, order, "1", ""))[-1]
    oracle(name, f"the error shrinks with the steps at order {order}", abs(found - order), 0.05)


def test_bdia_with_little_gamma_is_ddim() -> None:
    near, far = solve(Curved(), bdia(gamma=0.1), pure_noise(3), LEVELS, context()).x, bdia(gamma=1.0)
    wanted = solve(Curved(), ddim(), pure_noise(3), LEVELS, context()).x
    assert furthest(near, wanted) < furthest(solve(Curved(), far, pure_noise(3), LEVELS, context()).x, wanted)


def test_it_asks_once_a_step() -> None:
    ctx = context()
    solve(Curved(), o_belm(), points(), UP, ctx)
    assert ctx.meter.rows == 3 * 13


def test_rows_may_go_up_and_down_in_one_batch() -> None:
    top = solve(Curved(), o_belm(), points(2), UP, context())
    mixed = Levels(torch.stack([LEVELS.s, UP.s], 1))
    aux = {name: torch.stack([top.aux[name][0], torch.zeros_like(top.aux[name][1])]) for name in top.aux}
    begun = replace(top, x=torch.stack([top.x[0], points(2).x[1]]), s=mixed.s[0], rows=points(2).rows, aux=aux)
    out = solve(Curved(), o_belm(), begun, mixed, context())
    torch.testing.assert_close(out.x[0], points(2).x[0], rtol=1e-10, atol=1e-10)
    assert torch.equal(out.x[1], top.x[1])


def test_a_row_taken_out_in_mid_run_goes_on_as_in_the_batch() -> None:
    states = list(drive(Curved(), o_belm(), points(), UP, context()))
    one = states[4].take(torch.tensor([2]))
    assert POINT in one.past
    for s_next in UP.of(one.rows)[5:]:
        one = o_belm().step(Curved(), one, s_next, context())
    assert torch.equal(one.x[0], states[-1].x[2])


def test_pure_noise_as_a_level_is_refused() -> None:
    with pytest.raises(InputError, match="cannot be undone"):
        solve(Gaussian(), o_belm(), pure_noise(1), Levels(torch.tensor([torch.inf, 0.0])), context())
