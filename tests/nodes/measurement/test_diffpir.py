"""DiffPIR: the proximal point of each prediction, between the model and the measurement."""

from __future__ import annotations

import itertools
import math

import pytest
import torch

from graphs import InputError
from nodes.contracts.asking import predict
from nodes.contracts.driving import solve
from nodes.contracts.operator import Measurement
from nodes.levels.karras import karras
from nodes.measurement.blur import blur
from nodes.measurement.ddnm import ddnm
from nodes.measurement.diffpir import diffpir
from nodes.measurement.super_resolution import super_resolution
from nodes.solver.heun import heun
from tests.nodes.gaussian import Gaussian, context, pure_noise, query
from tests.nodes.measurement.linear_laws import ONE, matrix_of, moments
from tests.nodes.measurement.toys import Identity, Smooth, Squares, clean
from tests.oracles import Oracle

EVENT = (1, 4, 4)
TRUTH = clean(3, EVENT)
BLUR = blur(TRUTH, kernel_size=3)
SEEN = Measurement(BLUR.apply(TRUTH.x, TRUTH.rows), 0.3)


def test_all_seen_is_the_average_by_precision(oracle: Oracle) -> None:
    x, s = TRUTH.x, 0.8
    x0 = predict(Gaussian(0.2, 0.5, EVENT), query(x, s), context()).x0
    model = diffpir(Gaussian(0.2, 0.5, EVENT), Identity(), SEEN, regularization=3)
    precision = 3 / s**2, 1 / 0.3**2
    expected = (precision[0] * x0 + precision[1] * SEEN.y) / sum(precision)
    found = predict(model, query(x, s), context()).x0
    oracle("measurement.diffpir", "A = I: the average by precision", float((found - expected).abs().max()), 1e-12)


def test_through_an_operator_it_minimises_both_misfits(oracle: Oracle) -> None:
    s = 0.8
    x0 = predict(Gaussian(0.2, 0.5, EVENT), query(TRUTH.x, s), context()).x0.flatten(1)
    found = predict(diffpir(Gaussian(0.2, 0.5, EVENT), BLUR, SEEN), query(TRUTH.x, s), context()).x0.flatten(1)
    matrix = matrix_of(BLUR, EVENT)
    slope = (found @ matrix.T - SEEN.y.flatten(1)) @ matrix / 0.3**2 + (found - x0) / s**2
    oracle("measurement.diffpir", "the gradient of both misfits is 0", float(slope.abs().max()), 1e-10)


def test_both_ends_are_the_model_and_the_null_space_method() -> None:
    model, q = Gaussian(0.2, 0.5, EVENT), query(TRUTH.x, 0.8)
    free = predict(model, q, context()).x0
    torch.testing.assert_close(
        predict(diffpir(model, BLUR, SEEN, regularization=1e6), q, context()).x0, free, rtol=0, atol=1e-4
    )
    sure = Measurement(SEEN.y)
    agreeing = predict(ddnm(model, BLUR, sure), q, context()).x0
    assert torch.equal(predict(diffpir(model, BLUR, sure), q, context()).x0, agreeing)
    far = query(TRUTH.x, math.inf)
    torch.testing.assert_close(
        predict(diffpir(model, BLUR, SEEN), far, context()).x0, predict(ddnm(model, BLUR, SEEN), far, context()).x0
    )
    clean_question = query(TRUTH.x, 0.0)
    assert torch.equal(predict(diffpir(model, BLUR, SEEN), clean_question, context()).x0, TRUTH.x)


def test_it_is_as_biased_as_a_second_implementation_says(oracle: Oracle) -> None:
    """N(0, 1), y = 2 ± 0.5, λ = 1: the posterior is 1.6 ± 0.447, plain recursion of moments in its own words."""
    mean, variance = 0.0, 1.0
    time = [1 - step / 1000 for step in range(1001)]
    alphas = [math.exp(-0.05 * t - 4.975 * t * t) for t in time]
    for now, after in itertools.pairwise(alphas):
        noise = 1 - now**2, 1 - after**2
        # The posterior of DDPM weighs x0' and x; x0' = (x0/s² + y/0.25)/(1/s² + 1/0.25) with x0 = now · x.
        of_x0 = after - now**2 / after * noise[1] / noise[0]
        of_x = now / after * noise[1] / noise[0]
        trust = now**2 / noise[0]
        share = trust / (trust + 4)
        gain = of_x0 * share * now + of_x
        mean = gain * mean + of_x0 * (1 - share) * 2
        variance = gain**2 * variance + noise[1] / noise[0] * (noise[0] - (now / after) ** 2 * noise[1])
    found = moments(diffpir(Smooth(event=(1,)), Identity(), ONE, regularization=1))
    oracle("measurement.diffpir", f"N(0, 1): mean {mean:.3f} (the posterior's is 1.6)", abs(found[0] - mean), 1e-6)
    oracle(
        "measurement.diffpir",
        f"N(0, 1): deviation {variance**0.5:.3f} (the posterior's is 0.447)",
        abs(found[1] - variance**0.5),
        1e-6,
    )


def test_without_noise_the_sample_agrees() -> None:
    operator = super_resolution(TRUTH)
    y = operator.apply(TRUTH.x, TRUTH.rows)
    ctx = context()
    model = diffpir(Gaussian(0.2, 0.5, EVENT), operator, Measurement(y))
    out = solve(model, heun(), pure_noise(3, EVENT), karras(num_inference_steps=5), ctx).x
    torch.testing.assert_close(operator.apply(out, TRUTH.rows), y, rtol=0, atol=1e-12)
    assert (ctx.meter.rows, ctx.meter.backwards) == (3 * 9, 0)


def test_what_is_not_linear_is_refused() -> None:
    with pytest.raises(InputError, match="proximal"):
        diffpir(Gaussian(), Squares(), ONE)
