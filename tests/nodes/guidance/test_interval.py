"""Guidance in an interval of levels, and what is left where there is none."""

from __future__ import annotations

import math

import pytest
import torch

from graphs import Estimate, Known, LevelCurve, Span
from nodes.contracts.asking import predict
from nodes.contracts.cond import Cond
from nodes.contracts.driving import solve
from nodes.contracts.model import Model
from nodes.contracts.query import Query
from nodes.guidance.cfg import Guided, cfg, cost
from nodes.guidance.cfgpp import cfgpp
from nodes.guidance.conditional import conditional
from nodes.levels.karras import karras
from nodes.solver.heun import heun
from tests.nodes.gaussian import Gaussian, context, means, pure_noise, query
from tests.nodes.solvers import Euler

X = torch.randn(4, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
LEVELS = karras(num_inference_steps=9)
TOWARD, AWAY = means(1.0, 2.0), means(-1.0)


def sampled(model: Model) -> tuple[torch.Tensor, int]:
    """What Heun makes of noise, and its NFE for each row."""
    ctx = context()
    return solve(model, heun(), pure_noise(4), LEVELS, ctx).x, ctx.meter.rows // 4


def guided(low: float = 0.0, high: float = math.inf, scale: float = 3.0) -> Model:
    """A Gaussian under guidance in an interval."""
    return cfg(Gaussian(variance=0.5), TOWARD, AWAY, guidance_scale=scale, sigma_min=low, sigma_max=high)


def test_all_levels_are_plain_guidance_bitwise() -> None:
    plain = cfg(Gaussian(variance=0.5), TOWARD, AWAY, guidance_scale=3.0)
    assert torch.equal(sampled(guided())[0], sampled(plain)[0])
    assert sampled(guided())[1] == sampled(guided(0.0, 1e6))[1] == 2 * 17
    assert torch.equal(sampled(guided(0.0, 1e6))[0], sampled(plain)[0])


@pytest.mark.parametrize("ends", [(1.0, 1.0), (5.0, 2.0), (1e5, math.inf)])
def test_an_interval_without_levels_is_the_conditional_model_bitwise(ends: tuple[float, float]) -> None:
    bare = sampled(conditional(Gaussian(variance=0.5), TOWARD))
    found = sampled(guided(*ends))
    assert torch.equal(found[0], bare[0])
    assert found[1] == bare[1] == 17


def test_a_level_at_the_upper_end_is_guided_and_one_at_the_lower_is_not() -> None:
    levels = torch.tensor([0.5, 0.6, 2.0, 2.1], dtype=torch.float64)
    q, ctx = query(X, 1.0), context()
    model = guided(0.5, 2.0)
    answer = predict(model, Query(X, levels, levels, q.rows, q.step), ctx).x0
    for row, inside in enumerate([False, True, True, False]):
        other = guided() if inside else conditional(Gaussian(variance=0.5), TOWARD)
        same = predict(other, Query(X, levels, levels, q.rows, q.step), context()).x0
        assert torch.equal(answer[row], same[row])
    assert ctx.meter.rows == 4 + 2
    assert [model.cost(s) for s in (0.5, 0.6, 2.0, 2.1, math.inf)] == [1, 2, 2, 1, 1]


def test_nfe_is_one_a_step_and_one_more_for_each_step_inside() -> None:
    ctx = context()
    solve(guided(0.1, 5.0), Euler(), pure_noise(3), LEVELS, ctx)
    inside = int(((LEVELS.s[:-1] > 0.1) & (LEVELS.s[:-1] <= 5.0)).sum())
    assert ctx.meter.rows == 3 * (len(LEVELS) + inside)
    assert 0 < inside < len(LEVELS)


def test_scale_zero_is_the_negative_model_bitwise_at_half_the_cost() -> None:
    found, bare = sampled(guided(scale=0.0)), sampled(conditional(Gaussian(variance=0.5), AWAY))
    assert torch.equal(found[0], bare[0])
    assert found[1] == bare[1] == 17
    free = sampled(cfg(Gaussian(0.25, 0.5), TOWARD, guidance_scale=0.0))
    assert torch.equal(free[0], sampled(Gaussian(0.25, 0.5))[0])


@pytest.mark.parametrize(
    ("scale", "low", "high", "branches"),
    [
        (3.0, 0.0, math.inf, Span.of(2)),
        (1.0, 0.0, math.inf, Span.of(1)),
        (0.0, 0.0, math.inf, Span.of(1)),
        (3.0, 0.1, 5.0, Span(1, 2)),
        (0.0, 0.1, 5.0, Span(1, 2)),
        (3.0, 2.0, 2.0, Span.of(1)),
        (LevelCurve(((1.0, 2.0),)), 0.0, math.inf, Span(1, 2)),
        (None, 0.0, math.inf, Span(1, 2)),
        (3.0, None, math.inf, Span(1, 2)),
    ],
)
def test_what_is_declared_is_what_is_asked(
    scale: float | LevelCurve | None, low: float | None, high: float, branches: Span
) -> None:
    values = {"guidance_scale": scale, "sigma_min": low, "sigma_max": high}
    assert cost(Known(values, {"model": (Estimate(each=Span.of(3)),)})).each == Span.of(3) * branches
    if isinstance(scale, float) and low is not None:
        asked = sampled(guided(low, high, scale))[1]
        assert branches.low * 17 <= asked <= branches.high * 17


def test_samples_of_gaussians_of_one_covariance_are_shifted_exactly() -> None:
    """The law is N(m_u + w (m_c − m_u), C), so every point is that of the unconditional model, moved."""
    noise, levels = pure_noise(64), karras(num_inference_steps=12)
    model = cfg(Gaussian(variance=0.5), means(1.0), means(-0.5), guidance_scale=3.0)
    shifted = conditional(Gaussian(variance=0.5), means(-0.5 + 3 * 1.5))
    torch.testing.assert_close(
        solve(model, heun(), noise, levels, context()).x, solve(shifted, heun(), noise, levels, context()).x
    )


def test_levels_by_place_are_guided_by_place() -> None:
    class Placed(Gaussian):
        abilities = frozenset({"conditional", "level_map"})

    x = torch.randn(2, 1, 1, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    s = torch.tensor([[0.5, 1.5], [0.5, 0.5]], dtype=torch.float64).reshape(2, 1, 1, 2)
    q, ctx = query(x, 1.0), context()
    toward, away = means(1.0), means(-1.0)
    wide, opposite = (Cond({"mean": entry.entries["mean"].reshape(1, 1, 1, 1)}) for entry in (toward, away))
    model = cfg(Placed(variance=0.5, event=(1, 1, 2)), wide, opposite, guidance_scale=3.0, sigma_min=1.0)
    answer = predict(model, Query(x, s, s, q.rows, q.step), ctx).x0
    for row, column, value in ((0, 0, 0.5), (0, 1, 1.5), (1, 0, 0.5), (1, 1, 0.5)):
        scale = 3.0 if value > 1 else 1.0
        point = x[row : row + 1, 0, :, column]
        alone = predict(cfg(Gaussian(variance=0.5), toward, away, guidance_scale=scale), query(point, value), context())
        torch.testing.assert_close(answer[row, 0, 0, column], alone.x0[0, 0])
    assert ctx.meter.rows == 2 + 1


def test_guidance_of_a_model_with_a_noise_of_its_own_mixes_the_noise_too() -> None:
    inner = cfgpp(Gaussian(variance=0.5), means(1.0), means(-1.0))
    both = predict(Guided(inner, means(4.0), None, 3.0), query(X, 1.0), context())
    once = predict(inner, query(X, 1.0), context())
    assert both.eps is not None
    assert once.eps is not None
    torch.testing.assert_close(both.x0, once.x0)
    torch.testing.assert_close(both.eps, once.eps)
