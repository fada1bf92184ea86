"""DDNM: the sample agrees with the measurement, and the rest is the model's."""

from __future__ import annotations

import pytest
import torch

from graphs import InputError
from nodes.contracts.asking import predict
from nodes.contracts.cond import Cond
from nodes.contracts.driving import solve
from nodes.contracts.operator import Measurement
from nodes.guidance.cfg import cfg
from nodes.guidance.cfgpp import cfgpp
from nodes.levels.karras import karras
from nodes.measurement.ddnm import ddnm
from nodes.measurement.mask import mask
from nodes.measurement.measure import measure
from nodes.solver.heun import heun
from tests.nodes.gaussian import Gaussian, context, means, pure_noise, query
from tests.nodes.measurement.toys import EVENT, Identity, Squares, clean
from tests.oracles import Oracle

TRUTH = clean(4)
MASK = mask(TRUTH, hidden="left")
SEEN = measure(TRUTH, MASK)


def test_the_sample_agrees_with_the_measurement_and_the_null_space_is_the_priors(oracle: Oracle) -> None:
    prior, ctx = Gaussian(0.3, 0.5, EVENT), context()
    levels, noise = karras(num_inference_steps=7), pure_noise(4, EVENT)
    repaired = solve(ddnm(prior, MASK, SEEN), heun(), noise, levels, ctx).x
    apart = float((MASK.apply(repaired, TRUTH.rows) - SEEN.y).abs().max())
    oracle("measurement.ddnm", "the sample agrees, A x = y", apart, 1e-12)
    free = solve(prior, heun(), noise, levels, context()).x
    hidden = MASK.apply(torch.ones_like(TRUTH.x), TRUTH.rows)[0, 0] == 0
    apart = float((repaired[..., hidden] - free[..., hidden]).abs().max())
    oracle("measurement.ddnm", "independent coordinates: what is hidden is the model's", apart, 1e-12)
    assert (ctx.meter.rows, ctx.meter.backwards) == (4 * 13, 0)


def test_in_single_precision_it_agrees_to_rounding() -> None:
    noise = pure_noise(4, EVENT)
    single = type(noise)(noise.x.float(), noise.s, noise.space, noise.rows)
    model = ddnm(Gaussian(0.3, 0.5, EVENT), MASK, SEEN)
    repaired = solve(model, heun(), single, karras(num_inference_steps=7), context()).x
    torch.testing.assert_close(MASK.apply(repaired, TRUTH.rows), SEEN.y.float(), rtol=0, atol=1e-5)


def test_all_seen_is_the_measurement_and_nothing_seen_is_the_model() -> None:
    model, q = Gaussian(0.3, 0.5, EVENT), query(TRUTH.x, 1.5)
    everything = mask(TRUTH, fraction=0)
    answer = predict(ddnm(model, everything, measure(TRUTH, everything)), q, context())
    torch.testing.assert_close(answer.x0, TRUTH.x, rtol=0, atol=1e-12)
    nothing = mask(TRUTH, fraction=1)
    answer = predict(ddnm(model, nothing, measure(TRUTH, nothing)), q, context())
    assert torch.equal(answer.x0, predict(model, q, context()).x0)


def test_over_guidance_it_is_one_launch_and_the_negative_keeps_its_noise() -> None:
    leaf, q, ctx = Gaussian(0.0, 0.5, EVENT), query(TRUTH.x, 1.5), context()
    toward, away = (Cond({"mean": torch.full((1, 1, 1, 1), mean, dtype=torch.float64)}) for mean in (1.0, -1.0))
    predict(ddnm(cfg(leaf, toward, away), MASK, SEEN), q, ctx)
    assert (ctx.meter.launches, ctx.meter.rows) == (1, 8)
    inner = cfgpp(Gaussian(0.0, 0.5), means(1.0))
    flat = query(TRUTH.x.flatten(1)[:, :2], 1.5)
    corrected = predict(ddnm(inner, Identity(), Measurement(torch.ones(1, 2))), flat, context())
    paired = predict(inner, flat, context())
    assert corrected.eps is not None
    assert paired.eps is not None
    assert torch.equal(corrected.eps, paired.eps)


def test_what_is_not_linear_is_refused() -> None:
    with pytest.raises(InputError, match="pseudo-inverse"):
        ddnm(Gaussian(), Squares(), Measurement(torch.ones(1, 2)))
