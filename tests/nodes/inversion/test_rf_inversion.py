"""RF-Inversion, both ways."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from graphs import InputError, RunContext
from graphs.estimates import Estimate, Known, Span
from graphs.running.context import Meter
from nodes.contracts.draws import normal
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.guidance.rf_inversion import rf_inversion as toward
from nodes.inversion.ddim import ddim
from nodes.inversion.rf_inversion import PURPOSE, cost, rf_inversion
from nodes.levels.karras import karras
from nodes.solver.euler import euler
from nodes.solver.heun import heun
from tests.nodes.exact_mixture import Mixture, posterior_mean
from tests.nodes.gaussian import Gaussian, context, pure_noise
from tests.nodes.inversion.curved import Curved, points, result
from tests.oracles import Oracle

LEVELS = karras(num_inference_steps=9, sigma_min=0.05, sigma_max=20.0)
TO_NOISE = Levels(torch.tensor([torch.inf, 5.0, 1.0, 0.3, 0.0], dtype=torch.float64))


def y1(sample: Sample) -> Tensor:
    """The noise that the rows are pulled to."""
    return normal(sample.rows, (2,), f"{PURPOSE} 0").double()


def inverted(levels: Levels = LEVELS, gamma: float = 0.5) -> Sample:
    """Points of the mixture, taken up."""
    return result(rf_inversion(points(), Mixture(), levels, gamma=gamma, run=RunContext(Meter())))


def test_without_a_pull_it_is_ddim_inversion() -> None:
    found, wanted = inverted(gamma=0.0), result(ddim(points(), Mixture(), LEVELS, run=RunContext(Meter())))
    assert torch.equal(found.x, wanted.x)


def test_pulled_all_the_way_it_ends_at_the_noise(oracle: Oracle) -> None:
    found = result(rf_inversion(points(), Curved(), TO_NOISE, gamma=1.0, run=RunContext(Meter())))
    far = float((found.x - y1(points())).abs().max())
    oracle("inversion.rf_inversion", "gamma = 1 ends at y1, whatever the model is", far, 1e-12)


def test_it_is_the_controlled_flow_of_the_paper(oracle: Oracle) -> None:
    """Y + [u + γ ((y1 − Y)/(1 − t) − u)] Δt by Euler in t; at t = 0 there is no noise to see, and x0 stays."""
    z, noise, gamma = points().x.clone(), y1(points()), 0.3
    for s, s_next in pairwise(LEVELS.s.flip(0).tolist()):
        t, to = s / (1 + s), s_next / (1 + s_next)
        if not t:
            z = (1 - to) * z
            continue
        x0 = posterior_mean(z / (1 - t), torch.full((3,), s, dtype=torch.float64))
        u = (z - x0) / t
        z = z + (to - t) * (u + gamma * ((noise - z) / (1 - t) - u))
    wanted = z * (1 + 20) / math.hypot(1, 20)
    far = float((inverted(gamma=gamma).x - wanted).abs().max())
    oracle("inversion.rf_inversion", "it is the controlled flow of the paper by Euler", far, 1e-12)


def test_the_noise_found_is_nearer_to_the_one_it_is_pulled_to() -> None:
    apart = [float((inverted(gamma=gamma).x - y1(points())).norm()) for gamma in (0.0, 0.5, 1.0)]
    assert apart[0] > apart[1] > apart[2]


@pytest.mark.parametrize("solver", [euler(), heun()], ids=["euler", "heun"])
def test_pulled_back_all_the_way_the_sample_comes_back(solver: Solver, oracle: Oracle) -> None:
    model = toward(Curved(), points(), eta=1.0, sigma_min=0.0)
    back = solve(model, solver, pure_noise(3), LEVELS, context()).x
    far = float((back - points().x).abs().max())
    oracle("guidance.rf_inversion", "eta = 1 gives the sample back, whatever the model is", far, 0)


def test_eta_says_how_near_the_edit_stays() -> None:
    noise, apart = inverted(), []
    for eta in (0.0, 0.5, 0.9):
        model = toward(Gaussian(mean=3.0, variance=0.25), points(), eta=eta, sigma_min=0.5)
        apart.append(float((solve(model, euler(), noise, LEVELS, context()).x - points().x).norm()))
    assert apart[0] > apart[1] > apart[2]


def test_nothing_is_pulled_outside_the_interval() -> None:
    model = toward(Curved(), points(), eta=0.9, sigma_min=100.0)
    found = solve(model, euler(), pure_noise(3), LEVELS, context()).x
    assert torch.equal(found, solve(Curved(), euler(), pure_noise(3), LEVELS, context()).x)


def test_a_row_is_inverted_the_same_alone() -> None:
    alone = result(
        rf_inversion(points().take(torch.tensor([1])), Mixture(), LEVELS, gamma=0.5, run=RunContext(Meter()))
    )
    assert torch.equal(alone.x[0], inverted().x[1])


def test_it_costs_what_it_declares() -> None:
    run = RunContext(Meter())
    result(rf_inversion(points(), Mixture(), LEVELS, run=run))
    inputs = {
        "sample": (Estimate(rows=Span.of(3)),),
        "levels": (Estimate(steps=Span.of(9)),),
        "model": (Estimate(each=Span.of(1)),),
    }
    assert Span.of(run.meter.rows) == cost(Known({}, inputs)).nfe == Span.of(27)


def test_a_sample_that_is_noised_or_of_another_space_is_refused() -> None:
    noised = replace(points(), s=points().s + 1)
    with pytest.raises(InputError, match="no clean points"):
        toward(Curved(), noised)
    with pytest.raises(InputError, match="another space"):
        toward(Gaussian(event=(3,)), points())
    with pytest.raises(InputError, match="pure noise"):
        result(rf_inversion(pure_noise(2), Curved(), LEVELS, run=RunContext(Meter())))
