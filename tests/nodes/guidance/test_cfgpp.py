"""CFG++ against guidance at the scale that it amounts to, and at its null setting."""

from __future__ import annotations

import itertools
import math

import pytest
import torch

from graphs import Estimate, InputError, Known, LevelCurve, Span
from graphs.running.context import Meter, RunContext
from nodes.contracts.asking import predict
from nodes.contracts.driving import advance, solve
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.contracts.query import Query
from nodes.contracts.state import State
from nodes.guidance.cfg import cfg
from nodes.guidance.cfgpp import cfgpp, cost
from nodes.guidance.conditional import conditional
from nodes.levels.karras import karras
from nodes.model.table import table
from nodes.solver.heun import heun
from tests.nodes.gaussian import Gaussian, context, means, pure_noise, query
from tests.nodes.solvers import Euler
from tests.oracles import Oracle

X = torch.randn(4, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
LEAF = Gaussian(variance=0.5)
TOWARD, AWAY = means(1.0, 2.0), means(-1.0)


def stepped(model: Model, s: float, to: float) -> torch.Tensor:
    """The end of one Euler step."""
    noise = pure_noise(4)
    level = torch.full((4,), s, dtype=torch.float64)
    return advance(model, Euler(), State.at(noise, X, level), torch.full_like(level, to), context()).x


@pytest.mark.parametrize("scale", [0.2, 0.6, 1.0])
def test_a_first_order_step_is_guidance_at_the_scale_of_the_step(scale: float) -> None:
    for s, to in itertools.pairwise(karras(num_inference_steps=9).s.tolist()):
        plain = cfg(LEAF, TOWARD, AWAY, guidance_scale=scale * s / (s - to))
        found = stepped(cfgpp(LEAF, TOWARD, AWAY, guidance_scale=scale), s, to)
        torch.testing.assert_close(found, stepped(plain, s, to), rtol=1e-12, atol=1e-12)


def test_the_two_outputs_are_those_of_the_paper(oracle: Oracle) -> None:
    """x' = α' (D_u + λ (D_c − D_u)) + σ' ε_u, written out."""
    s, to, scale = 2.0, 0.7, 0.6
    alpha, reached = 1 / math.sqrt(1 + s * s), 1 / math.sqrt(1 + to * to)
    toward = predict(conditional(LEAF, TOWARD), query(X, s), context()).x0
    away = predict(conditional(LEAF, AWAY), query(X, s), context()).x0
    eps = (X - alpha * away) / (s * alpha)
    expected = reached * (away + scale * (toward - away)) + to * reached * eps
    found = stepped(cfgpp(LEAF, TOWARD, AWAY, guidance_scale=scale), s, to)
    oracle("guidance.cfgpp", "a step of Euler's as the paper writes it", float((found - expected).abs().max()), 1e-12)


def test_it_is_finite_at_the_second_stage_and_from_pure_noise() -> None:
    model = cfgpp(LEAF, TOWARD, AWAY)
    levels = Levels(torch.cat([torch.tensor([math.inf], dtype=torch.float64), karras(num_inference_steps=6).s]))
    ctx = context()
    out = solve(model, heun(), pure_noise(4), levels, ctx).x
    assert bool(torch.isfinite(out).all())
    assert ctx.meter.rows == 2 * 4 * 12


def test_scale_zero_is_the_negative_model_bitwise_at_half_the_cost() -> None:
    ctx, noise, levels = context(), pure_noise(4), karras(num_inference_steps=6)
    found = solve(cfgpp(LEAF, TOWARD, AWAY, guidance_scale=0.0), heun(), noise, levels, ctx).x
    assert torch.equal(found, solve(conditional(LEAF, AWAY), heun(), noise, levels, context()).x)
    assert ctx.meter.rows == 4 * 11


def test_a_curve_guides_each_row_by_its_own_level() -> None:
    curve = LevelCurve(((1.0, 0.0), (2.0, 0.8)), "linear")
    levels = torch.tensor([0.5, 1.5, 2.0, 9.0], dtype=torch.float64)
    q, ctx = query(X, 1.0), context()
    asked = Query(X, levels, levels, q.rows, q.step)
    found = predict(cfgpp(LEAF, TOWARD, AWAY, guidance_scale=curve), asked, ctx)
    assert found.eps is not None
    for row, scale in enumerate([0.0, 0.4, 0.8, 0.8]):
        alone = predict(cfgpp(LEAF, TOWARD, AWAY, guidance_scale=scale), asked, context())
        assert torch.equal(found.x0[row], alone.x0[row])
    assert ctx.meter.rows == 4 + 3


@pytest.mark.parametrize(
    ("scale", "branches"),
    [(0.6, Span.of(2)), (0.0, Span.of(1)), (None, Span(1, 2)), (LevelCurve(((1, 0.5),)), Span(1, 2))],
)
def test_the_declared_cost(scale: float | LevelCurve | None, branches: Span) -> None:
    assert cost(Known({"guidance_scale": scale}, {"model": (Estimate(each=Span.of(1)),)})).each == branches
    assert cfgpp(LEAF, TOWARD, guidance_scale=0.6).cost(1.0) == 2
    assert cfgpp(LEAF, TOWARD, guidance_scale=0.0).cost(1.0) == 1


def test_a_model_of_tokens_is_refused_with_the_guidance_that_takes_it() -> None:
    model = table(words="ab\nba", labels="x\ny", run=RunContext(Meter()))
    with pytest.raises(InputError, match="not of tokens") as caught:
        cfgpp(model, model.prompt(("x",)))
    assert "guidance.cfg," in caught.value.mend
