"""Autoguidance against Gaussians, at its null setting, and by its cost."""

from __future__ import annotations

import math

import pytest
import torch

from graphs import Estimate, InputError, Known, LevelCurve, Span
from nodes.contracts.asking import predict
from nodes.contracts.driving import solve
from nodes.contracts.model import Model
from nodes.contracts.query import Query
from nodes.guidance.autoguidance import autoguidance, cost
from nodes.guidance.cfg import cfg
from nodes.levels.karras import karras
from nodes.solver.heun import heun
from tests.nodes.gaussian import Gaussian, context, means, pure_noise, query
from tests.oracles import Oracle

X = torch.randn(4, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
STRONG, WEAK = Gaussian(0.7, 0.5), Gaussian(0.7, 1.5)


def at(model: Model) -> torch.Tensor:
    """Its x0."""
    return predict(model, query(X, 1.3), context()).x0


def test_where_both_agree_nothing_is_changed(oracle: Oracle) -> None:
    apart = at(autoguidance(STRONG, Gaussian(0.7, 0.5), guidance_scale=3.0)) - at(STRONG)
    oracle("guidance.autoguidance", "weak = strong: strong at any scale", float(apart.abs().max()), 0)


def test_a_wider_weak_model_makes_samples_narrower_about_the_same_mean(oracle: Oracle) -> None:
    """Of linear models the flow is linear in x: its slope and its fixed point are read off four starts ±1, ±2."""
    noise, levels = pure_noise(4), karras(num_inference_steps=120)
    start = torch.tensor([-2.0, -1.0, 1.0, 2.0], dtype=torch.float64)[:, None].expand(4, 2)
    noise = type(noise)(start, noise.s, noise.space, noise.rows)
    plain = solve(STRONG, heun(), noise, levels, context()).x[:, 0]
    guided = solve(autoguidance(STRONG, WEAK, guidance_scale=2.0), heun(), noise, levels, context()).x[:, 0]
    shrunk = (guided[3] - guided[0]) / (4 * 80.0)
    still = guided.mean() / (1 - shrunk)  # the point that the flow leaves where it is
    oracle("guidance.autoguidance", "the mean is unchanged", float((still - 0.7).abs()), 1e-12)
    narrower = float((guided[3] - guided[0]) / (plain[3] - plain[0]))
    oracle("guidance.autoguidance", "std over the strong one's, < 1", narrower, 0.95)
    # y' = 0 at s: the slope of log(x − m) along ln s is 1 − v/(v + s²) for one model, and mixed for two.
    expected = math.exp(_logarithm())
    assert (guided[3] - guided[0]).item() / 4 == pytest.approx(expected, rel=3e-3)


def _logarithm() -> float:
    """ln of what a distance becomes from s = 80 to 0: d ln(y − m)/d ln s = 1 − 2 v/(v + s²) + w/(w + s²)."""
    grid = torch.linspace(math.log(1e-4), math.log(80.0), 20001, dtype=torch.float64)
    s2 = (2 * grid).exp()
    slope = 1 - 2 * 0.5 / (0.5 + s2) + 1.5 / (1.5 + s2)
    return math.log(80.0) - float(torch.trapezoid(slope, grid))


def test_scale_one_is_the_model_bitwise_and_the_weak_one_is_not_asked() -> None:
    ctx, weak = context(), Gaussian(0.0, 9.0)
    answer = predict(autoguidance(STRONG, weak, guidance_scale=1.0), query(X, 1.3), ctx).x0
    assert torch.equal(answer, at(STRONG))
    assert (ctx.meter.rows, weak.asked) == (4, [])


def test_conditions_go_to_both_in_one_launch_and_guidance_goes_around_it() -> None:
    shared, ctx = Gaussian(), context()
    model = cfg(autoguidance(shared, shared), means(1.0), guidance_scale=2.0)
    predict(model, query(X, 1.3), ctx)
    assert ctx.meter.launches == 1
    assert autoguidance(STRONG, WEAK).abilities == STRONG.abilities


def test_rows_at_scale_one_are_asked_once() -> None:
    model = autoguidance(STRONG, WEAK, guidance_scale=LevelCurve(((1.0, 1.0), (2.0, 3.0)), "linear"))
    q, ctx = query(X, 1.0), context()
    levels = torch.tensor([0.5, 1.5, 1.0, 9.0], dtype=torch.float64)
    predict(model, Query(X, levels, levels, q.rows, q.step), ctx)
    assert ctx.meter.rows == 4 + 2


@pytest.mark.parametrize(("scale", "each"), [(2.0, Span.of(3)), (1.0, Span.of(2)), (None, Span(2, 3))])
def test_the_declared_cost(scale: float | None, each: Span) -> None:
    wired = {"model": (Estimate(each=Span.of(2)),), "weak": (Estimate(each=Span.of(1)),)}
    assert cost(Known({"guidance_scale": scale}, wired)).each == each


def test_models_on_other_spaces_are_refused() -> None:
    with pytest.raises(InputError, match="one space"):
        autoguidance(STRONG, Gaussian(event=(3,)))
