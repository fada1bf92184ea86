"""Solvers that choose their own steps: the error follows the tolerance, each row by itself, and calls are counted."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch

from graphs import InputError
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.levels.karras import karras
from nodes.solver.adaptive import Adaptive
from nodes.solver.controller import Controller
from nodes.solver.dpm_solver_adaptive import dpm_solver_adaptive
from nodes.solver.euler import euler
from nodes.solver.rk45 import rk45
from tests.nodes.exact_mixture import Mixture, flow_along
from tests.nodes.gaussian import Gaussian, context, pure_noise
from tests.nodes.solver.test_heun import at_top

SOLVERS: dict[str, Callable[[float, bool], Solver]] = {
    "rk45 angle": lambda tolerance, whole: rk45(rtol=tolerance, atol=tolerance, whole=whole),
    "rk45 sigma": lambda tolerance, whole: rk45(rtol=tolerance, atol=tolerance, variable="sigma", whole=whole),
    "dpm-12": lambda tolerance, whole: dpm_solver_adaptive(order="2", rtol=tolerance, atol=tolerance, whole=whole),
    "dpm-23": lambda tolerance, whole: dpm_solver_adaptive(rtol=tolerance, atol=tolerance, whole=whole),
}
each = pytest.mark.parametrize("make", SOLVERS.values(), ids=SOLVERS)


def name_of(solver: Solver) -> str:
    """Under which name it counts."""
    assert isinstance(solver, Adaptive)
    return solver.name


def levels(*values: float) -> Levels:
    """Levels of all rows."""
    return Levels(torch.tensor(values, dtype=torch.float64))


def worst(make: Callable[[float, bool], Solver], tolerance: float) -> float:
    """The largest error at the end of a way down."""
    begin = at_top(8, 20.0)
    found = solve(Mixture(), make(tolerance, False), begin, levels(20.0, 1.0, 0.05), context()).x
    return float((found - flow_along(begin.x, 20.0, 0.05)).abs().max())


@each
def test_the_error_follows_the_tolerance(make: Callable[[float, bool], Solver]) -> None:
    loose, tight = worst(make, 1e-2), worst(make, 1e-4)
    assert tight < loose / 4
    assert tight < 40e-4


@each
def test_what_was_asked_is_counted_row_by_row(make: Callable[[float, bool], Solver]) -> None:
    ctx, solver = context(), make(1e-3, False)
    end = solve(Mixture(), solver, at_top(8, 20.0), levels(20.0, 3.0, 0.3, 0.0), ctx)
    asked, rejected = end.aux[f"{name_of(solver)}/asked"], end.aux[f"{name_of(solver)}/rejected"]
    assert float(asked.sum()) == ctx.meter.rows
    assert len(set(asked.tolist())) > 1  # rows differ
    assert bool((rejected < asked).all())


@each
def test_each_row_is_what_it_is_alone(make: Callable[[float, bool], Solver]) -> None:
    sample, solver, grid = at_top(5, 20.0), make(1e-3, False), karras(num_inference_steps=4, sigma_max=20.0)
    together = solve(Mixture(), solver, sample, grid, context()).x
    for row in range(5):
        index = torch.tensor([row])
        one = Sample(sample.x[index], sample.s[index], sample.space, sample.rows.take(index))
        torch.testing.assert_close(
            solve(Mixture(), solver, one, grid, context()).x[0], together[row], rtol=0, atol=1e-14
        )


@each
def test_the_whole_way_at_once_is_the_way_between_its_ends(make: Callable[[float, bool], Solver]) -> None:
    grid, sample = karras(num_inference_steps=6, sigma_max=20.0), at_top(6, 20.0)
    whole = solve(Mixture(), make(1e-3, True), sample, grid, context())
    ends = solve(Mixture(), make(1e-3, False), sample, Levels(grid.s[[0, -1]]), context())
    assert torch.equal(whole.x, ends.x)
    assert bool((whole.s == 0).all())


@each
def test_up_and_down_again_returns(make: Callable[[float, bool], Solver]) -> None:
    sample = at_top(6, 0.1)
    back = solve(Mixture(), make(1e-4, False), sample, levels(0.1, 5.0, 0.1), context()).x
    torch.testing.assert_close(back, sample.x, rtol=0, atol=1e-2)


@each
def test_pure_noise_and_data_take_one_call_each(make: Callable[[float, bool], Solver]) -> None:
    """Beyond where steps adapt it is Euler's step: from pure noise to 200, and from 0.002 to data."""
    model, solver, ctx = Gaussian(mean=0.5), make(1e-3, False), context()
    for begin, grid in ((pure_noise(3), levels(math.inf, 200.0)), (at_top(3, 0.002), levels(0.002, 0.0))):
        end = solve(model, solver, begin, grid, ctx)
        assert end.aux[f"{name_of(solver)}/asked"].tolist() == [1.0] * 3
        assert torch.equal(end.x, solve(model, euler(), begin, grid, context()).x)
    assert ctx.meter.launches == 2


@each
def test_a_step_from_pure_noise_or_to_data_adapts_where_it_can(make: Callable[[float, bool], Solver]) -> None:
    model, solver = Gaussian(mean=0.5, variance=0.3), make(1e-4, False)
    noise = pure_noise(4)
    end = solve(model, solver, noise, levels(math.inf, 0.0), context())
    exact = 0.5 + math.sqrt(0.3) * noise.x
    assert float((end.x - exact).abs().max()) < 0.03
    back = solve(model, solver, end, levels(0.0, 5.0), context()).x
    at_five = (0.5 + math.sqrt(0.3 + 25) * noise.x) / math.sqrt(26)
    assert float((back - at_five).abs().max()) < 0.1


@each
def test_a_loose_tolerance_on_a_straight_way_rejects_nothing(make: Callable[[float, bool], Solver]) -> None:
    solver = make(0.5, False)
    end = solve(Gaussian(variance=0.5), solver, at_top(3, 5.0), levels(5.0, 2.0, 1.0), context())
    assert end.aux[f"{name_of(solver)}/rejected"].tolist() == [0.0] * 3


def test_a_tolerance_that_is_not_met_is_told() -> None:
    with pytest.raises(InputError, match="tolerance was not met"):
        solve(Mixture(), rk45(rtol=1e-10, atol=1e-10, max_steps=5), at_top(2, 20.0), levels(20.0, 0.05), context())


def test_the_controller_shrinks_after_errors_and_is_careful_after_a_rejection() -> None:
    error = torch.tensor([1e-8, 0.5, 2.0, math.nan, 1e-8], dtype=torch.float64)
    rejected = torch.tensor([False, False, False, False, True])
    factor = Controller(5).factor(error, torch.ones(5, dtype=torch.float64), rejected)
    expected = [10.0, 0.9 * 0.5**-0.2, 0.9 * 2**-0.2, 0.2, 1.0]
    assert factor.tolist() == pytest.approx(expected)
