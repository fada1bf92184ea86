"""FlowChef: a step of a flow, led without the model's gradient."""

from __future__ import annotations

import math
from dataclasses import replace

import torch

from nodes.contracts.asking import predict
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.operator import Measurement
from nodes.contracts.query import Prediction, Query
from nodes.measurement.flowchef import flowchef
from nodes.measurement.mask import mask
from nodes.measurement.quantize import quantize
from nodes.solver.euler import euler
from tests.nodes.gaussian import Gaussian, context, pure_noise, query
from tests.nodes.measurement.toys import Identity, Smooth, Squares, clean
from tests.oracles import Oracle

EVENT = (1, 4, 4)
TRUTH = clean(3, EVENT)
MASK = mask(TRUTH, hidden="left")
SEEN = Measurement(MASK.apply(TRUTH.x, TRUTH.rows))
TIMES = torch.linspace(0.95, 0.0, 12, dtype=torch.float64)
LEVELS = Levels(TIMES / (1 - TIMES))


def test_it_is_the_papers_loop_in_the_time_of_a_flow(oracle: Oracle) -> None:
    """Z moves against the gradient at its x0, then along the velocity that was asked before."""
    rho, noise = 0.7, pure_noise(3, EVENT)
    seen = MASK.apply(torch.ones_like(noise.x), TRUTH.rows)
    z = (
        float(TIMES[0])
        * noise.x
        / math.hypot(float(TIMES[0]), 1 - float(TIMES[0]))
        * math.hypot(float(TIMES[0]), 1 - float(TIMES[0]))
    )
    for t, after in zip(TIMES.tolist(), TIMES.tolist()[1:], strict=False):
        variance = 0.5
        x0 = (variance * (1 - t) * z + t * t * 0.2) / (variance * (1 - t) ** 2 + t * t)
        velocity = (z - x0) / t
        z = z - rho * seen * (x0 - SEEN.y) + (after - t) * velocity
    found = solve(flowchef(Gaussian(0.2, 0.5, EVENT), MASK, SEEN, rho=rho), euler(), noise, LEVELS, context()).x
    oracle("measurement.flowchef", "the paper's loop on a Gaussian", float((found - z).abs().max()), 1e-12)


def test_at_one_the_seen_places_end_as_measured(oracle: Oracle) -> None:
    model = flowchef(Gaussian(0.2, 0.5, EVENT), MASK, SEEN, rho=1.0)
    out = solve(model, euler(), pure_noise(3, EVENT), LEVELS, context()).x
    oracle("measurement.flowchef", "rho = 1: A x = y", float((MASK.apply(out, TRUTH.rows) - SEEN.y).abs().max()), 1e-12)
    free = solve(Gaussian(0.2, 0.5, EVENT), euler(), pure_noise(3, EVENT), LEVELS, context()).x
    torch.testing.assert_close(out - MASK.apply(out, TRUTH.rows), free - MASK.apply(free, TRUTH.rows))


def test_no_graph_goes_through_the_model_and_nothing_counts_as_backward() -> None:
    class Watched(Gaussian):
        def predict(self, q: Query, ctx: object) -> Prediction:
            assert not torch.is_grad_enabled()
            return super().predict(q, context())

    ctx = context()
    out = solve(flowchef(Watched(0.2, 0.5, EVENT), MASK, SEEN), euler(), pure_noise(3, EVENT), LEVELS, ctx).x
    assert not out.requires_grad
    assert ctx.meter.backwards == 0


def test_operators_that_are_not_linear_lead_by_their_gradient() -> None:
    x, seen = clean(2, (2,)).x, Measurement(torch.tensor([[2.0, -1.0]], dtype=torch.float64))
    q = replace(query(x, 1.0), to=torch.full((2,), 0.5, dtype=torch.float64))
    x0 = predict(Smooth(), q, context()).x0
    led = predict(flowchef(Smooth(), Squares(), seen, rho=0.1), q, context()).x0
    torch.testing.assert_close(led, x0 + 0.1 * 1.5 * 2 * x0 * (seen.y - x0.square()))
    still = predict(flowchef(Smooth(), quantize(straight_through=False), seen, rho=0.1), q, context()).x0
    assert torch.equal(still, x0)


def test_null_settings_and_the_last_step() -> None:
    x, q = TRUTH.x, query(TRUTH.x, 1.0)
    free = predict(Gaussian(0.2, 0.5, EVENT), q, context())
    off = predict(flowchef(Gaussian(0.2, 0.5, EVENT), Identity(), SEEN, rho=0.0), q, context())
    assert torch.equal(off.x0, free.x0)
    assert off.eps is None
    last = replace(q, to=torch.zeros(3, dtype=torch.float64))
    skipped = predict(flowchef(Gaussian(0.2, 0.5, EVENT), Identity(), SEEN, skip_last=True), last, context()).x0
    assert torch.equal(skipped, free.x0)
    rising = replace(q, to=torch.full((3,), math.inf, dtype=torch.float64))
    assert torch.equal(predict(flowchef(Gaussian(0.2, 0.5, EVENT), Identity(), SEEN), rising, context()).x0, free.x0)
    assert x.shape == (3, *EVENT)
