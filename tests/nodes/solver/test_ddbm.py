"""The hybrid sampler of bridges: step by step as its paper has it, and with the right law in the limit."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from graphs import InputError
from graphs.running.context import Meter, RunContext
from nodes.contracts.context import Context
from nodes.contracts.driving import drive, solve
from nodes.contracts.levels import Levels
from nodes.contracts.noise import CounterNoise, Drawing
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.guidance.thresholding import thresholding
from nodes.levels.bridge import bridge as bridge_levels
from nodes.levels.karras import karras
from nodes.model.bridge import bridge
from nodes.processes.bridge import Bridged
from nodes.solver.ddbm import ddbm
from tests.nodes.gaussian import context
from tests.nodes.model.laws import x0_of
from tests.nodes.processes.test_bridge import ends, numbers

TOP = 2.0
"""The last level of the process."""


def model(kind: str = "ve") -> Bridged:
    """x0 ~ N(0.4, 0.6²) whatever the far end, which is 1."""
    made = bridge(
        ends(1.0),
        matrix=(0.0,),
        offsets=(0.4,),
        std=0.6,
        process="ve" if kind == "ve" else "vp_linear",
        sigma_max=TOP,
        run=RunContext(Meter()),
    )
    assert isinstance(made, Bridged)
    return made


class Impulse(CounterNoise):
    """No noise but in one step for each row, the first row's none at all: the gains of an affine sampler."""

    def normal(self, at: Drawing, purpose: str, draw: int = 0) -> Tensor:
        """1 where the row's number is that of the step and one more."""
        return (at.rows.origin == at.step + 1).to(at.x.dtype)[:, None]


def moments(solver: Solver, exact: Bridged, steps: int) -> tuple[float, float]:
    """Mean and deviation of what comes of the far end, exactly: all steps are affine in the noise."""
    grid = bridge_levels(karras(num_inference_steps=steps, sigma_min=0.002, sigma_max=exact.bridge.end), exact)
    count = steps + 2
    x = torch.zeros(count, 1, dtype=torch.float64)
    x[-1] = 1.0  # the noise that the wire begins with
    start = Sample(x, torch.full((count,), math.inf, dtype=torch.float64), exact.space, Rows.first(0, count))
    found = solve(exact, solver, start, grid, Context(Meter(), Impulse())).x[:, 0]
    return float(found[0]), float((found[1:] - found[0]).norm())


@pytest.mark.parametrize("kind", ["ve", "vp"])
@pytest.mark.parametrize("ratio", [0.0, 0.33, 1.0])
def test_the_oracle_of_the_specification(kind: str, ratio: float) -> None:
    """x0 | x_T ~ N(0.4, 0.6²): what is wrong shrinks with the steps; Heun's alone keeps what the pole at T costs."""
    exact = model(kind)
    solver = ddbm(exact, euler_step_ratio=ratio)
    coarse, fine = (moments(solver, exact, steps) for steps in (20, 80))
    apart = [abs(mean - 0.4) + abs(std - 0.6) for mean, std in (coarse, fine)]
    assert apart[1] < (0.03 if ratio else 0.015)
    assert not ratio or apart[1] < apart[0] / 2.5


def one_step(solver: Solver, exact: Bridged, r: float, r_next: float, x: float) -> float:
    """The bridge's own point after a step from x between two of its own levels, the noise being 0.7."""
    grid = exact.bridge.of_level(numbers(r, r_next))
    s = grid[:1]
    given = numbers(x)[:, None]
    wire = given if r >= TOP else exact.bridge.wire(given, s, exact.ends)
    start = Sample(wire, s, exact.space, Rows.first(0, 1))

    class Given(CounterNoise):
        def normal(self, at: Drawing, purpose: str, draw: int = 0) -> Tensor:
            return torch.full_like(at.x, 0.7)

    *_, last = drive(exact, solver, start, Levels(grid), Context(Meter(), Given()))
    return exact.bridge.native(last.x, last.s, exact.ends).item()


def x0_at(exact: Bridged, x: float, r: float) -> float:
    """What the model says at a point of the bridge."""
    if r >= TOP:
        return x0_of(exact, numbers(0.0)[:, None], math.inf).item()
    s = exact.bridge.of_level(numbers(r))
    return x0_of(exact, exact.bridge.wire(numbers(x)[:, None], s, exact.ends), s).item()


@pytest.mark.parametrize(("r", "r_next"), [(TOP, 1.2), (1.5, 0.4), (0.9, 0.0)])
@pytest.mark.parametrize("guidance", [1.0, 0.5])
def test_a_step_of_a_variance_exploding_bridge_is_that_of_the_paper(r: float, r_next: float, guidance: float) -> None:
    """f = 0, g² = 2 t; ∇ log q = −(x − mean)/c, h = (x_T − x)/(T² − t²), all at the bridge's own point."""
    exact, x, far = model(), 1.0 if r == TOP else 0.8, 1.0

    def slope(x: float, t: float, x0: float) -> float:
        part = t**2 / TOP**2
        score = -(x - part * far - (1 - part) * x0) / (t**2 * (1 - part))
        return -2 * t * (score / 2 - guidance * (far - x) / (TOP**2 - t**2))

    between = r + 0.33 * (r_next - r)
    score_less_h = (x0_at(exact, x, r) - x) / r**2
    drawn = x - 2 * r * score_less_h * (between - r) + math.sqrt(2 * r * (r - between)) * 0.7
    first = slope(drawn, between, x0_at(exact, drawn, between))
    expected = drawn + (r_next - between) * first
    if r_next:
        second = slope(expected, r_next, x0_at(exact, expected, r_next))
        expected = drawn + (r_next - between) * (first + second) / 2
    found = one_step(ddbm(exact, guidance=guidance), exact, r, r_next, x)
    assert found == pytest.approx(expected, abs=1e-11)


def test_heun_alone_is_of_order_two() -> None:
    exact, errors = model("vp"), []
    start = Sample(numbers(-0.5, 0.9)[:, None], numbers(3.0, 3.0), exact.space, Rows.first(0, 2))
    # x0 is Gaussian: the flow keeps (y − 0.4)/√(0.6² + s²).
    y = start.x * math.sqrt(10)
    reached = (0.4 + (y - 0.4) * math.sqrt((0.36 + 0.01) / (0.36 + 9))) / math.sqrt(1.01)
    process, own = exact.bridge.process, exact.bridge
    times = [float(process.time(own.level(numbers(s)))) for s in (3.0, 0.1)]
    for steps in (20, 40, 80):
        even = torch.linspace(times[0], times[1], steps + 1, dtype=torch.float64)
        grid = own.of_level(process.level(even))
        grid[0] = 3.0
        found = solve(exact, ddbm(exact, euler_step_ratio=0.0), start, Levels(grid), context())
        errors.append(float((found.x - reached).norm()))
    assert math.log2(errors[1] / errors[2]) == pytest.approx(2, abs=0.15)


def test_the_calls_are_those_that_it_says() -> None:
    exact, ctx = model(), context()
    grid = bridge_levels(karras(num_inference_steps=6, sigma_max=TOP), exact)
    assert grid.s[0].isinf()
    start = Sample(numbers(0.1)[:, None], numbers(math.inf), exact.space, Rows.first(0, 1))
    solver = ddbm(exact)
    solve(exact, solver, start, grid, ctx)
    assert ctx.meter.rows == 17 == solver.calls(6)


def test_own_levels_and_those_of_the_wire_go_over_into_each_other() -> None:
    own = model("vp").bridge
    s = numbers(0.0, 1e-3, 0.7, 40.0, math.inf)
    assert torch.allclose(own.of_level(own.level(s)), s, rtol=1e-10)


def test_what_is_no_bridge_itself_is_refused() -> None:
    with pytest.raises(InputError, match="no bridge itself"):
        ddbm(thresholding(model()))
