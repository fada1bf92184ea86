"""The multistep solvers against each other, their formulas, and levels of every kind."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from graphs import InputError, RunContext
from graphs.parts import digest
from graphs.running.context import Meter
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.space import Space
from nodes.levels.karras import karras
from nodes.processes.exploding import Straight
from nodes.solver.ancestral import ancestral
from nodes.solver.ddim import ddim
from nodes.solver.deis import Deis, deis
from nodes.solver.dpmpp_2m import dpmpp_2m
from nodes.solver.dpmpp_3m import dpmpp_3m
from nodes.solver.dpmpp_3m_compat import dpmpp_3m_compat
from nodes.solver.edict import edict
from nodes.solver.euler import euler
from nodes.solver.evodiff import evodiff
from nodes.solver.gradient_estimation import gradient_estimation
from nodes.solver.halfway import halfway
from nodes.solver.interpolation import interpolating
from nodes.solver.ipndm import ipndm
from nodes.solver.lms import lms
from nodes.solver.plms import Start, plms
from nodes.solver.res_multistep import res_multistep
from nodes.solver.sample import sample
from nodes.solver.unic import unic
from nodes.solver.unipc import unipc
from nodes.solver.unmask import unmask
from tests.nodes.gaussian import Gaussian, context, pure_noise
from tests.nodes.loops import told_by

SOLVERS: dict[str, Solver] = {
    "dpmpp_3m": dpmpp_3m(),
    "dpmpp_3m_compat": dpmpp_3m_compat(),
    "unipc 1": unipc(order=1),
    "unipc 2": unipc(),
    "unipc 4": unipc(order=4),
    "unic of euler": unic(euler()),
    "deis": deis(order=4),
    "deis in time": deis(variable="time"),
    "lms": lms(),
    "ipndm": ipndm(),
    "plms": plms(),
    "plms, runge_kutta": plms(start="runge_kutta"),
    "res_multistep": res_multistep(order=3),
    "gradient_estimation": gradient_estimation(),
    "evodiff": evodiff(),
    "evodiff, consistent": evodiff(consistent=True),
}
UNEVEN = Levels(torch.tensor([9.0, 6.0, 4.5, 2.0, 1.2, 0.5, 0.3, 0.1, 0.04], dtype=torch.float64))
VARIANCE = 0.25


def end_of(solver: Solver, levels: Levels = UNEVEN) -> Tensor:
    """Where it takes some points."""
    return solve(Gaussian(0.3, VARIANCE), solver, pure_noise(4), levels, context()).x


def levels_of(*s: float) -> Levels:
    """Levels as they are listed."""
    return Levels(torch.tensor(s, dtype=torch.float64))


def written_out(s: list[float], factor: float) -> Tensor:
    """DPM-Solver++(3M) with D2 times `factor`, from its formula, the second step that of 2M."""
    x = pure_noise(4).x * s[0] / math.sqrt(1 + s[0] ** 2)
    seen: list[tuple[Tensor, float]] = []
    for now, then in pairwise(s):
        alpha, alpha_then = 1 / math.sqrt(1 + now**2), 1 / math.sqrt(1 + then**2)
        m = (VARIANCE * x / alpha + now**2 * 0.3) / (VARIANCE + now**2)
        h = math.log(now / then)
        e = math.expm1(-h)
        seen = [(m, -math.log(now)), *seen]
        x = then * alpha_then / (now * alpha) * x - alpha_then * e * m
        if len(seen) > 1:
            r0 = (seen[0][1] - seen[1][1]) / h
            first = (m - seen[1][0]) / r0
            if len(seen) == 2:
                x = x - alpha_then * e * first / 2
            else:
                r1 = (seen[1][1] - seen[2][1]) / h
                second = (seen[1][0] - seen[2][0]) / r1
                d1 = first + r0 / (r0 + r1) * (first - second)
                d2 = factor * (first - second) / (r0 + r1)
                x = x + alpha_then * (e / h + 1) * d1 - alpha_then * ((e + h) / h**2 - 0.5) * d2
    return x


@pytest.mark.parametrize(("solver", "factor"), [(dpmpp_3m, 2), (dpmpp_3m_compat, 1)])
def test_3m_is_its_formula_with_its_factor(solver: Callable[..., Solver], factor: float) -> None:
    expected = written_out(UNEVEN.s.tolist(), factor)
    torch.testing.assert_close(end_of(solver(lower_order_final=False)), expected, rtol=1e-11, atol=1e-12)


def test_with_two_points_the_rounded_integral_is_that_of_dpmpp_2m() -> None:
    torch.testing.assert_close(end_of(unic(dpmpp_2m())), end_of(unipc(lower_order_final=False)), rtol=1e-12, atol=1e-13)


def test_unic_corrects_no_step_that_is_too_long() -> None:
    """Of even steps of 0.5 and then of 1 in ln s, a bound between corrects the first ones alone."""
    grid = levels_of(*(math.exp(level) for level in (2.0, 1.5, 1.0, 0.5, 0.0, -1.0, -2.0, -3.0)))
    ends = {longest: end_of(unic(dpmpp_2m(), longest_step=longest), grid) for longest in (0.0, 0.4, 0.7, 1.1, math.inf)}
    alone = end_of(dpmpp_2m(), grid)
    assert torch.equal(ends[0.0], alone)
    assert torch.equal(ends[0.4], alone)
    assert torch.equal(ends[1.1], ends[math.inf])
    assert len({digest(ends[longest]) for longest in (0.4, 0.7, 1.1)}) == 3


def test_unipc_3_is_the_corrector_around_3m() -> None:
    around = unic(dpmpp_3m(lower_order_final=False), order=3)
    assert torch.equal(end_of(around), end_of(unipc(order=3, lower_order_final=False)))


def test_evodiff_made_consistent_is_the_corrector_around_2m() -> None:
    torch.testing.assert_close(
        end_of(evodiff(consistent=True)), end_of(unic(dpmpp_2m(), order=1)), rtol=1e-12, atol=1e-13
    )


FIRST = [deis(order=1), ipndm(order=1), lms(order=1), res_multistep(order=1), gradient_estimation(gamma=1.0)]


@pytest.mark.parametrize("solver", FIRST, ids=lambda solver: type(solver).__name__)
def test_with_one_answer_each_is_eulers_bitwise(solver: Solver) -> None:
    assert torch.equal(end_of(solver), end_of(euler()))


def test_on_even_steps_lms_has_the_weights_of_ipndm() -> None:
    even = levels_of(*torch.linspace(8, 0.5, 9, dtype=torch.float64).tolist())
    torch.testing.assert_close(end_of(lms(), even), end_of(ipndm(), even), rtol=1e-11, atol=1e-12)
    assert not torch.allclose(end_of(lms()), end_of(ipndm()), rtol=1e-3)


def test_one_family_has_many_names() -> None:
    assert torch.equal(end_of(lms()), end_of(deis(order=4, variable="rho", lower_order_final=False)))
    assert torch.equal(end_of(plms(start="euler")), end_of(ipndm()))
    torch.testing.assert_close(end_of(gradient_estimation(gamma=1.5)), end_of(ipndm(order=2)), rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("last", [0.04, 0.0])
def test_the_quadrature_of_deis_is_exact_where_the_time_is_the_level(last: float) -> None:
    levels = Levels(torch.cat([UNEVEN.s[:-1], torch.tensor([last], dtype=torch.float64)]))
    timed = Deis("deis", 4, "time", Straight(sigma_min=0.0))
    torch.testing.assert_close(end_of(timed, levels), end_of(lms(), levels), rtol=1e-9, atol=1e-10)


def test_interpolating_weights_integrate_polynomials_exactly() -> None:
    nodes = torch.tensor([[-0.7], [-1.9], [-2.4]], dtype=torch.float64)
    moments = torch.tensor([[0.31], [-1.7], [2.2]], dtype=torch.float64)
    weights = interpolating(nodes, torch.ones(3, 1, dtype=torch.bool), moments)
    for power, moment in enumerate(moments, 1):
        total = sum(float(weight * node**power) for weight, node in zip(weights, nodes, strict=True))
        assert total == pytest.approx(float(moment), rel=1e-12)


@pytest.mark.parametrize("solver", SOLVERS.values(), ids=SOLVERS)
@pytest.mark.parametrize(
    "s",
    [
        (math.inf, 3.0, 1.0, 0.4, 0.1, 0.0),
        (80.0, math.inf, 3.0, 1.0, 0.5, 0.0),
        (2.0, 0.0, 0.1, 0.4, 1.0, 3.0, math.inf),
        (3.0, 1.0, 0.4, 1.0, 3.0, 1.0, 0.4, 0.2),
        (3.0, 1e-9, 1e-10, 1e-11, 0.0),
    ],
    ids=["from noise", "noise in between", "over data and up", "turns", "hardly any noise"],
)
def test_every_end_and_turn_of_the_levels_is_finite(solver: Solver, s: tuple[float, ...]) -> None:
    assert bool(torch.isfinite(end_of(solver, levels_of(*s))).all())


@pytest.mark.parametrize("solver", SOLVERS.values(), ids=SOLVERS)
def test_down_and_up_again_returns(solver: Solver) -> None:
    """Across the turn no answer from before it is used in vain: the way back has an error like the way there."""
    down = torch.logspace(1, -1, 80, dtype=torch.float64)
    there_and_back = end_of(solver, Levels(torch.cat([down, down.flip(0)[1:]])))
    begun = pure_noise(4).x * float(down[0]) / math.sqrt(1 + float(down[0]) ** 2)
    assert float((there_and_back - begun).abs().max()) < 0.1


class ByPlace(Gaussian):
    """The normal law, place by place."""

    abilities = frozenset({"level_map"})


@pytest.mark.parametrize("name", [name for name in SOLVERS if name != "evodiff"])
def test_each_place_is_what_its_own_levels_give(name: str) -> None:
    """EVODiff's inner products go over places."""
    solver = SOLVERS[name]
    event, tops = (1, 2, 2), (80.0, 20.0, 5.0, 2.0)
    noise = pure_noise(3, event)
    noise = Sample(noise.x, noise.s, Space("plane", event), noise.rows)
    grids = [karras(num_inference_steps=6, sigma_max=top) for top in tops]
    field = torch.stack([grid.s for grid in grids], 1).reshape(7, 1, 1, 2, 2)
    together = solve(ByPlace(0.5, 0.3, event), solver, noise, Levels(field), context()).x
    for place, grid in enumerate(grids):
        alone = solve(ByPlace(0.5, 0.3, event), solver, noise, grid, context()).x
        row, column = divmod(place, 2)
        torch.testing.assert_close(together[..., row, column], alone[..., row, column], rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("solver", [dpmpp_3m(), unipc(order=3), deis()], ids=["dpmpp_3m", "unipc", "deis"])
def test_stopped_halfway_the_last_steps_are_still_those_of_the_whole(solver: Solver) -> None:
    model, levels, noise = Gaussian(0.3, VARIANCE), karras(num_inference_steps=7), pure_noise(3)
    whole, _ = told_by(sample(noise, model, solver, levels, run=RunContext(Meter())))
    for stop in (5, 6):
        begun, _ = told_by(halfway(noise, model, solver, levels, stop=stop, run=RunContext(Meter())))
        rest, _ = told_by(sample(begun, model, solver, levels, run=RunContext(Meter())))
        assert digest(rest) == digest(whole)


def test_the_last_of_few_steps_are_of_lower_order_and_of_many_not() -> None:
    assert not torch.equal(end_of(dpmpp_3m()), end_of(dpmpp_3m(lower_order_final=False)))
    many = levels_of(*torch.logspace(1, -1, 16, dtype=torch.float64).tolist())
    assert torch.equal(end_of(dpmpp_3m(), many), end_of(dpmpp_3m(lower_order_final=False), many))


@pytest.mark.parametrize(
    "solver", [ancestral(), ddim(eta=0.5), edict(), unmask()], ids=["draws", "eta", "undone", "tokens"]
)
def test_the_corrector_wants_a_deterministic_solver_of_points(solver: Solver) -> None:
    with pytest.raises(InputError, match="UniC corrects deterministic steps"):
        unic(solver)


@pytest.mark.parametrize(("start", "extra"), [("heun", 1), ("runge_kutta", 9), ("euler", 0)])
def test_plms_asks_for_its_start_what_it_says(start: Start, extra: int) -> None:
    solver, ctx = plms(start=start), context()
    solve(Gaussian(), solver, pure_noise(3), karras(num_inference_steps=7), ctx)
    assert ctx.meter.rows == 3 * solver.calls(7) == 3 * (7 + extra)
