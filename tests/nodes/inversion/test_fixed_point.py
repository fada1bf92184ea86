"""Fixed-point inversion: at its limit a DDIM step gives back what was inverted."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from graphs import InputError, RunContext
from graphs.estimates import Estimate, Known, Span
from graphs.running.context import Meter
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.inversion.accelerated import accelerated
from nodes.inversion.fixed_point import cost, fixed_point
from nodes.levels.karras import karras
from nodes.solver.ddim import ddim
from tests.nodes.exact_mixture import Mixture
from tests.nodes.gaussian import Gaussian, context
from tests.nodes.inversion.curved import Curved, points, result
from tests.oracles import Oracle

LEVELS = karras(num_inference_steps=40, sigma_min=0.02, sigma_max=20.0)
ONE = Levels(torch.tensor([2.0, 1.0], dtype=torch.float64))


def round_trip(
    model: Model, levels: Levels = LEVELS, iterations: int = 5, average: int = 1, anderson: int = 0
) -> float:
    """How far from where it was a sample is after inversion and DDIM."""
    start = points()
    if float(levels.s[-1]):
        start = type(start)(start.x, torch.full_like(start.s, float(levels.s[-1])), start.space, start.rows)
    run = RunContext(Meter())
    steps = fixed_point(start, model, levels, num_iterations=iterations, average=average, anderson=anderson, run=run)
    noise = result(steps)
    return float((solve(model, ddim(), noise, levels, context()).x - start.x).abs().max())


def test_at_the_limit_the_sample_comes_back_of_a_mixture(oracle: Oracle) -> None:
    oracle(
        "inversion.fixed_point", "at the limit DDIM gives the sample back", round_trip(Mixture(), iterations=60), 1e-10
    )


def test_each_iteration_shrinks_the_error_by_the_slope(oracle: Oracle) -> None:
    """For data N(m, v) the slope of ε at s' is s'/(v + s'²) in y, so one step contracts by (s' − s) s'/(v + s'²)."""
    ratio = (2 - 1) * 2 / (0.25 + 4)
    model = Gaussian(mean=1.0, variance=0.25)
    errors = [round_trip(model, ONE, iterations) for iterations in (4, 5, 6)]
    found = [errors[1] / errors[0], errors[2] / errors[1]]
    far = max(abs(one - ratio) for one in found)
    oracle("inversion.fixed_point", "one iteration on a normal law contracts as in closed form", far, 1e-9)


def test_anderson_needs_fewer_iterations() -> None:
    plain, mixed = (round_trip(Mixture(), iterations=6, anderson=memory) for memory in (0, 2))
    assert mixed < plain / 10


def test_a_linear_iteration_in_two_dimensions_is_solved_after_two_mixtures() -> None:
    matrix = torch.tensor([[0.5, 0.2], [-0.3, 0.4]], dtype=torch.float64)
    shift = torch.tensor([1.0, 2.0], dtype=torch.float64)
    limit = torch.linalg.solve(torch.eye(2, dtype=torch.float64) - matrix, shift)
    asked, found = [torch.zeros(1, 2, dtype=torch.float64)], list[Tensor]()
    for _ in range(4):
        found.append(asked[-1] @ matrix.mT + shift)
        asked.append(accelerated(asked, found, 2))
    torch.testing.assert_close(asked[-1][0], limit)
    found.append(asked[-1] @ matrix.mT + shift)
    assert bool(torch.isfinite(accelerated(asked, found, 2)).all())


def test_one_iteration_asks_at_the_point_itself() -> None:
    """x' = a x + b ε(x, s'), written out for data N(0, 1), whose ε at (x, s) is x s/√(1 + s²)."""
    start = points()
    start = type(start)(start.x, torch.ones(3, dtype=torch.float64), start.space, start.rows)
    run = RunContext(Meter())
    found = result(fixed_point(start, Gaussian(), ONE, num_iterations=1, run=run)).x
    scale = math.sqrt(2 / 5)
    wanted = scale * start.x + (2 / math.sqrt(5) - scale / math.sqrt(2)) * start.x * 2 / math.sqrt(5)
    torch.testing.assert_close(found, wanted)


def test_averaging_all_iterates_is_their_mean() -> None:
    start = points()
    start = type(start)(start.x, torch.ones(3, dtype=torch.float64), start.space, start.rows)

    def inverted(iterations: int, average: int) -> Tensor:
        steps = fixed_point(start, Curved(), ONE, num_iterations=iterations, average=average, run=RunContext(Meter()))
        return result(steps).x

    torch.testing.assert_close(inverted(3, 2), (inverted(2, 1) + inverted(3, 1)) / 2)


def test_it_costs_what_it_declares() -> None:
    run = RunContext(Meter())
    result(fixed_point(points(), Curved(), LEVELS, num_iterations=3, run=run))
    inputs = {
        "sample": (Estimate(rows=Span.of(3)),),
        "levels": (Estimate(steps=Span.of(40)),),
        "model": (Estimate(each=Span.of(1)),),
    }
    assert Span.of(run.meter.rows) == cost(Known({"num_iterations": 3}, inputs)).nfe == Span.of(360)


def test_pure_noise_as_a_level_is_refused() -> None:
    levels = Levels(torch.tensor([torch.inf, 1.0, 0.0], dtype=torch.float64))
    with pytest.raises(InputError, match="no iteration leads to pure noise"):
        result(fixed_point(points(), Curved(), levels, run=RunContext(Meter())))
