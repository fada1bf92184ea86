"""ΠGDM: exact where its Gaussian assumption is right, and what it leaves of the model at zeta 0."""

from __future__ import annotations

import math

import pytest
import torch

from graphs import InputError
from nodes.contracts.asking import predict
from nodes.contracts.driving import solve
from nodes.contracts.operator import Measurement
from nodes.levels.karras import karras
from nodes.measurement.blur import blur
from nodes.measurement.compressed_sensing import compressed_sensing
from nodes.measurement.fourier_mask import fourier_mask
from nodes.measurement.mask import mask
from nodes.measurement.pigdm import pigdm
from nodes.measurement.stack import stack
from nodes.measurement.super_resolution import super_resolution
from nodes.solver.heun import heun
from tests.nodes.gaussian import Gaussian, context, pure_noise, query
from tests.nodes.measurement.linear_laws import ONE, matrix_of, moments, posterior_of
from tests.nodes.measurement.toys import Identity, Smooth, Squares, clean
from tests.oracles import Oracle

EVENT = (1, 4, 4)
TRUTH = clean(3, EVENT)
OPERATORS = {
    "mask": mask(TRUTH),
    "super_resolution": super_resolution(TRUTH),
    "blur": blur(TRUTH, kernel_size=3),
    "compressed_sensing": compressed_sensing(TRUTH, fraction=0.4),
    "fourier_mask": fourier_mask(TRUTH, fraction=0.4),
    "stack": stack((mask(TRUTH, hidden="left"), blur(TRUTH, kernel_size=3)), TRUTH),
}


@pytest.mark.parametrize("name", OPERATORS)
@pytest.mark.parametrize(("mean", "variance"), [(0.0, 1.0), (0.3, 0.4)])
def test_for_an_even_gaussian_it_is_the_mean_given_both(
    name: str, mean: float, variance: float, oracle: Oracle
) -> None:
    operator, s, sigma = OPERATORS[name], 1.3, 0.5
    y = operator.apply(TRUTH.x, TRUTH.rows) + 0.1
    model = pigdm(Smooth(mean, variance, EVENT), operator, Measurement(y, sigma), prior_variance=variance)
    x = clean(3, EVENT, seed=9).x
    found = predict(model, query(x, s), context()).x0.flatten(1)
    left = variance * s**2 / (variance + s**2)
    x0 = (variance * x.flatten(1) * math.sqrt(1 + s * s) + s**2 * mean) / (variance + s**2)
    spread = left * torch.eye(16, dtype=torch.float64)
    expected, _ = posterior_of(matrix_of(operator, EVENT), y.flatten(1), sigma, x0, spread)
    oracle(
        "measurement.pigdm", f"E[x0 | x, y] of a Gaussian through {name}", float((found - expected).abs().max()), 1e-9
    )


def test_ancestral_steps_sample_the_posterior(oracle: Oracle) -> None:
    mean, deviation = moments(pigdm(Smooth(event=(1,)), Identity(), ONE))
    oracle("measurement.pigdm", "N(0, 1), y = 2 ± 0.5: mean 1.600", abs(mean - 1.6), 0.004)
    oracle("measurement.pigdm", "N(0, 1), y = 2 ± 0.5: deviation 0.4472", abs(deviation - 0.4472), 0.005)


def test_without_noise_the_sample_agrees_with_the_measurement() -> None:
    for operator in (OPERATORS["mask"], OPERATORS["super_resolution"]):
        y = operator.apply(TRUTH.x, TRUTH.rows)
        model = pigdm(Smooth(0.0, 1.0, EVENT), operator, Measurement(y))
        out = solve(model, heun(), pure_noise(3, EVENT), karras(num_inference_steps=20), context()).x
        torch.testing.assert_close(operator.apply(out, TRUTH.rows), y, rtol=0, atol=2e-2)


def test_zeta_zero_is_the_model_and_costs_no_pass_backward() -> None:
    x, ctx = TRUTH.x, context()
    model = pigdm(Smooth(event=EVENT), OPERATORS["mask"], Measurement(x), zeta=0.0)
    assert torch.equal(predict(model, query(x, 1.0), ctx).x0, predict(Smooth(event=EVENT), query(x, 1.0), context()).x0)
    assert (ctx.meter.rows, ctx.meter.backwards) == (3, 0)


def test_it_costs_a_row_and_a_pass_backward_and_pulls_nothing_out_of_pure_noise() -> None:
    ctx, x = context(), TRUTH.x
    model = pigdm(Smooth(0.3, 1.0, EVENT), OPERATORS["mask"], Measurement(x, 0.1))
    assert torch.equal(predict(model, query(x, math.inf), ctx).x0, torch.full_like(x, 0.3))
    answer = predict(model, query(x, 1.0), ctx)
    assert (ctx.meter.rows, ctx.meter.backwards, ctx.meter.launches) == (6, 6, 2)
    assert answer.aux["/residual"].shape == (3,)
    assert not answer.x0.requires_grad


def test_what_it_cannot_use_is_refused() -> None:
    with pytest.raises(InputError, match="no gradients"):
        pigdm(Gaussian(), Identity(), ONE)
    with pytest.raises(InputError, match="pseudo-inverse"):
        pigdm(Smooth(), Squares(), ONE)
