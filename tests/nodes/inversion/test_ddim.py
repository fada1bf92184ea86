"""DDIM inversion and exact inversion, as nodes."""

from __future__ import annotations

import math

import pytest

from graphs import InputError, RunContext
from graphs.estimates import Estimate, Known, Span
from graphs.running.context import Meter
from nodes.contracts.driving import solve
from nodes.inversion.ddim import cost, ddim
from nodes.inversion.exact import cost as exact_cost
from nodes.inversion.exact import exact
from nodes.levels.karras import karras
from nodes.solver.ddim import ddim as ddim_solver
from nodes.solver.edict import edict
from nodes.solver.heun import heun
from tests.nodes.gaussian import Gaussian, context, pure_noise
from tests.nodes.inversion.curved import Curved, points, result
from tests.oracles import Oracle


def test_on_a_gaussian_it_converges_to_the_closed_form() -> None:
    """x_s = α m + √S_s/√v (x − m) with S_s = α² v + σ², the map of the probability-flow ODE; error of first order."""
    mean, variance, top = 1.0, 0.25, 40.0
    model, sample, errors = Gaussian(mean=mean, variance=variance), points(), []
    alpha, sigma = 1 / math.sqrt(1 + top**2), top / math.sqrt(1 + top**2)
    exactly = alpha * mean + math.sqrt((alpha**2 * variance + sigma**2) / variance) * (sample.x - mean)
    for steps in (64, 128, 256):
        levels = karras(num_inference_steps=steps, sigma_min=1e-4, sigma_max=top)
        noise = result(ddim(sample, model, levels, run=RunContext(Meter())))
        assert noise.s.tolist() == pytest.approx([top] * 3)
        errors.append(float((noise.x - exactly).abs().max()))
    slopes = [math.log2(before / after) for before, after in ((errors[0], errors[1]), (errors[1], errors[2]))]
    assert slopes == pytest.approx([1, 1], abs=0.1)


def test_sampled_again_the_error_halves_with_the_steps() -> None:
    model, sample, errors = Gaussian(mean=1.0, variance=0.25), points(), []
    for steps in (100, 200, 400):
        levels = karras(num_inference_steps=steps, sigma_min=1e-4, sigma_max=40.0)
        noise = result(ddim(sample, model, levels, run=RunContext(Meter())))
        errors.append(float((solve(model, ddim_solver(), noise, levels, context()).x - sample.x).abs().max()))
    assert errors[0] / errors[1] == pytest.approx(2, abs=0.15)
    assert errors[1] / errors[2] == pytest.approx(2, abs=0.15)


def test_exact_inversion_gives_back_what_it_was_given_under_any_model(oracle: Oracle) -> None:
    levels = karras(num_inference_steps=9, sigma_min=0.02)
    noise = result(exact(points(), Curved(), edict(), levels, run=RunContext(Meter())))
    back = solve(Curved(), edict(), noise, levels, context()).x
    oracle("inversion.exact", "there and back under EDICT", float((back - points().x).abs().max()), 1e-10)


def test_they_cost_what_they_declare() -> None:
    levels, inputs = (
        karras(num_inference_steps=9),
        {
            "sample": (Estimate(rows=Span.of(3)),),
            "levels": (Estimate(steps=Span.of(9)),),
            "model": (Estimate(each=Span.of(1)),),
            "solver": (Estimate(calls=lambda steps: Span.of(2) * steps),),
        },
    )
    run, other = RunContext(Meter()), RunContext(Meter())
    result(ddim(points(), Curved(), levels, run=run))
    result(exact(points(), Curved(), edict(), levels, run=other))
    assert Span.of(run.meter.rows) == cost(Known({}, inputs)).nfe == Span.of(27)
    assert Span.of(other.meter.rows) == exact_cost(Known({}, inputs)).nfe == Span.of(54)


def test_what_is_not_at_the_last_level_is_refused() -> None:
    levels = karras(num_inference_steps=3)
    noised = solve(Gaussian(), ddim_solver(), pure_noise(2), type(levels)(levels.s[:3]), context())
    with pytest.raises(InputError, match="not at the level"):
        result(ddim(noised, Gaussian(), levels, run=RunContext(Meter())))


def test_pure_noise_is_not_inverted() -> None:
    noise, run = pure_noise(2), RunContext(Meter())
    for steps in (ddim(noise, Gaussian(), karras(), run=run), exact(noise, Gaussian(), edict(), karras(), run=run)):
        with pytest.raises(InputError, match="pure noise") as caught:
            result(steps)
        assert "s = 0" in caught.value.allowed


def test_a_solver_that_cannot_be_undone_is_refused_with_one_that_can() -> None:
    with pytest.raises(InputError, match="cannot be undone") as caught:
        result(exact(points(), Curved(), heun(), karras(), run=RunContext(Meter())))
    assert "solver.edict" in caught.value.mend
