"""Methods with a Butcher table: against a step written by hand, each other, and both ends of the levels."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import pytest
import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, Span
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels, alpha_sigma
from nodes.contracts.solver import Solver
from nodes.solver.butcher import DORMAND_PRINCE, DORMAND_PRINCE_LOW, KUTTA3, RK4, Table, flat, unfolded
from nodes.solver.clocks import CLOCKS, Variable
from nodes.solver.euler import euler
from nodes.solver.heun import heun
from nodes.solver.kutta3 import kutta3
from nodes.solver.midpoint import midpoint
from nodes.solver.ralston import ralston
from nodes.solver.rf_solver import rf_solver
from nodes.solver.rk4 import rk4
from nodes.solver.runge_kutta import RungeKutta, cost, runge_kutta
from tests.nodes.exact_mixture import Mixture, posterior_mean
from tests.nodes.gaussian import Gaussian, context, pure_noise
from tests.nodes.solver.test_heun import at_top

VARIABLES: tuple[Variable, ...] = ("sigma", "log_snr", "angle", "flow")
SLOPES: dict[Variable, Callable[[float], tuple[float, float, float]]] = {
    "sigma": lambda u: (u, 1.0, 0.0),
    "log_snr": lambda u: (math.exp(-u), -math.exp(-u), 0.0),
    "angle": lambda u: (math.tan(u), math.cos(u), -math.sin(u)),
    "flow": lambda u: (u / (1 - u), 1.0, -1.0),
}
"""By u: the level, and the weights of ε and x0 in dz/du."""
SIZES: dict[Variable, Callable[[float], float]] = {
    "sigma": lambda s: math.sqrt(1 + s * s),
    "log_snr": lambda s: math.sqrt(1 + s * s),
    "angle": lambda _: 1.0,
    "flow": lambda s: math.sqrt(1 + s * s) / (1 + s),
}
"""The c of z = c x."""


def levels(*values: float) -> Levels:
    """Levels of all rows."""
    return Levels(torch.tensor(values, dtype=torch.float64))


def by_hand(table: Table, variable: Variable, x: Tensor, s: float, s_next: float) -> Tensor:
    """A step of the mixture's flow in z, as a textbook writes it."""

    def slope(u: float, z: Tensor) -> Tensor:
        level, of_eps, of_x0 = SLOPES[variable](u)
        y = z / SIZES[variable](level) * math.sqrt(1 + level * level)
        x0 = posterior_mean(y, torch.full((len(y),), level, dtype=torch.float64))
        return of_eps * (y - x0) / level + of_x0 * x0

    read = CLOCKS[variable].read
    u, after = (float(read(torch.tensor(level, dtype=torch.float64))) for level in (s, s_next))
    z, found = x * SIZES[variable](s), list[Tensor]()
    for before, share in zip(((), *table.a), table.c, strict=True):
        found.append(slope(u + share * (after - u), z + (after - u) * summed(before, found, z)))
    return (z + (after - u) * summed(table.b, found, z)) / SIZES[variable](s_next)


def summed(weights: Sequence[float], slopes: Sequence[Tensor], like: Tensor) -> Tensor:
    """Σ weight slope."""
    return sum((weight * slope for weight, slope in zip(weights, slopes, strict=False)), start=torch.zeros_like(like))


@pytest.mark.parametrize("variable", VARIABLES)
@pytest.mark.parametrize(("s", "s_next"), [(3.0, 1.2), (0.4, 0.9)])
def test_a_step_is_the_textbooks(variable: Variable, s: float, s_next: float) -> None:
    begin = at_top(6, s)
    made: dict[Table, Solver] = {
        RK4: rk4(variable=variable),
        KUTTA3: kutta3(variable=variable),
        unfolded((0.5, 0.0, 1.0)): midpoint(variable=variable),
        unfolded((2 / 3, 0.25, 0.75)): ralston(variable=variable),
        DORMAND_PRINCE: runge_kutta(table=flat(DORMAND_PRINCE), variable=variable),
    }
    for table, solver in made.items():
        found = solve(Mixture(), solver, begin, levels(s, s_next), context()).x
        torch.testing.assert_close(found, by_hand(table, variable, begin.x, s, s_next), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("table", [KUTTA3, RK4, DORMAND_PRINCE])
def test_the_tables_meet_the_conditions_of_order_three(table: Table) -> None:
    weights = [table.b] if table is not DORMAND_PRINCE else [table.b, DORMAND_PRINCE_LOW]
    inner = (0.0, *(sum(a * c for a, c in zip(row, table.c, strict=False)) for row in table.a))
    for b in weights:
        assert sum(b) == pytest.approx(1, abs=1e-14)
        assert sum(w * c for w, c in zip(b, table.c, strict=True)) == pytest.approx(1 / 2, abs=1e-14)
        assert sum(w * c * c for w, c in zip(b, table.c, strict=True)) == pytest.approx(1 / 3, abs=1e-14)
        assert sum(w * e for w, e in zip(b, inner, strict=True)) == pytest.approx(1 / 6, abs=1e-14)


def test_a_table_of_one_stage_in_the_noise_level_is_eulers_method() -> None:
    begin, grid = at_top(5, 20.0), levels(20.0, 3.0, 0.5, 1.0, 0.0)
    found = solve(Mixture(), runge_kutta(table=(1.0,), variable="sigma"), begin, grid, context()).x
    torch.testing.assert_close(found, solve(Mixture(), euler(), begin, grid, context()).x, rtol=1e-13, atol=1e-14)


def test_heuns_table_in_the_noise_level_is_heuns_method() -> None:
    begin, grid = at_top(5, 20.0), levels(20.0, 3.0, 0.5, 1.0, 0.0)
    found = solve(Mixture(), runge_kutta(table=(1.0, 0.5, 0.5), variable="sigma"), begin, grid, context()).x
    torch.testing.assert_close(found, solve(Mixture(), heun(), begin, grid, context()).x, rtol=1e-12, atol=1e-13)


def test_rf_solver_is_the_midpoint_rule_in_flow_time() -> None:
    grid = levels(math.inf, 9.0, 2.0, 0.3, 0.7, 0.0)
    noise, model = pure_noise(16), Gaussian(mean=0.7, variance=0.3)
    taylor = solve(model, rf_solver(), noise, grid, context()).x
    torch.testing.assert_close(
        taylor, solve(model, midpoint(variable="flow"), noise, grid, context()).x, rtol=1e-12, atol=1e-12
    )
    begin = at_top(8, 9.0)
    both = [
        solve(Mixture(), solver, begin, Levels(grid.s[1:]), context()).x
        for solver in (rf_solver(), midpoint(variable="flow"))
    ]
    torch.testing.assert_close(both[0], both[1], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("variable", ["angle", "flow"])
def test_the_midpoint_rule_is_regular_at_both_ends(variable: Variable) -> None:
    """To s = 0 and from s = inf it asks twice, and keeps its order."""
    noise, model = pure_noise(16), Gaussian(mean=0.7, variance=0.3)
    exact = 0.7 + math.sqrt(0.3) * noise.x
    errors = []
    for steps in (40, 80):
        grid = Levels(torch.linspace(math.pi / 2, 0, steps + 1, dtype=torch.float64).tan())
        grid.s[0], grid.s[-1] = math.inf, 0.0
        ctx = context()
        found = solve(model, midpoint(variable=variable), noise, grid, ctx).x
        errors.append(float((found - exact).square().mean().sqrt()))
        assert ctx.meter.launches == 2 * steps == midpoint(variable=variable).calls(steps)
    assert math.log2(errors[0] / errors[1]) > 1.85


@pytest.mark.parametrize("variable", VARIABLES)
@pytest.mark.parametrize("make", [midpoint, ralston, kutta3, rk4])
def test_the_calls_are_those_declared_over_open_and_closed_ends(
    make: Callable[..., Solver], variable: Variable
) -> None:
    solver = make(variable=variable)
    declared = cost(Known({"table": table_of(solver), "variable": variable}, {}))
    for grid in ((4.0, 1.0, 0.2, 0.0), (4.0, 1.0, 0.2, 0.1), (math.inf, 4.0, 1.0, 0.0), (0.0, 0.5, 3.0, math.inf)):
        ctx = context()
        begin = pure_noise(2) if grid[0] == math.inf else at_top(2, grid[0])
        solve(Gaussian(variance=0.5), solver, begin, levels(*grid), ctx)
        assert within(ctx.meter.launches, declared, grid), (grid, ctx.meter.launches)


def within(calls: int, declared: Estimate, grid: Sequence[float]) -> bool:
    """Whether so many calls were to be expected of a grid."""
    assert declared.calls is not None
    span = declared.calls(Span.of(len(grid) - 1))
    rest = declared.saves * (grid[-1] not in {0.0, math.inf}) - declared.saves * (grid[0] in {0.0, math.inf})
    return span.low + rest <= calls <= span.high + rest


def table_of(solver: Solver) -> tuple[float, ...]:
    """The numbers of a solver's table."""
    assert isinstance(solver, RungeKutta)
    found = flat(solver.table)
    assert unfolded(found) == solver.table
    return found


@pytest.mark.parametrize(
    "numbers", [(), (0.5, 1.0), (0.5, 0.5, 0.6), (1.5, 0.5, 0.5), (-0.5, 0.5, 0.5), (1.0, 1.0, 1.0, 1.0)]
)
def test_numbers_that_are_no_table_are_refused(numbers: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="no explicit Butcher table"):
        runge_kutta(table=numbers)


@pytest.mark.parametrize("variable", VARIABLES)
def test_every_clock_reads_back_its_level_and_places_its_point(variable: Variable) -> None:
    clock, s = CLOCKS[variable], torch.tensor([0.01, 0.7, 1.0, 30.0], dtype=torch.float64)
    torch.testing.assert_close(clock.level(clock.read(s)), s, rtol=1e-12, atol=0)
    of_x0, of_eps = clock.parts(s)
    alpha, sigma = alpha_sigma(s)
    torch.testing.assert_close(clock.size(s) * of_x0, alpha, rtol=1e-14, atol=0)
    torch.testing.assert_close(clock.size(s) * of_eps, sigma, rtol=1e-14, atol=0)
    near = s * (1 + 1e-6)
    change = clock.read(near) - clock.read(s)
    p, q = clock.slope(s)
    after_x0, after_eps = clock.parts(near)
    torch.testing.assert_close((after_eps - of_eps) / change, q, rtol=1e-5, atol=1e-7)
    torch.testing.assert_close(
        (after_x0 - of_x0) / change, torch.zeros_like(s) if p is None else p, rtol=1e-5, atol=1e-7
    )
