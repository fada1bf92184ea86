"""Residual guidance and SINE's blend against classifier-free guidance and plain arithmetic."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.asking import predict
from nodes.contracts.driving import advance, drive, solve
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.contracts.query import Query
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.state import State
from nodes.guidance.cfg import cfg
from nodes.guidance.conditional import conditional
from nodes.guidance.rcfg import rcfg
from nodes.guidance.sine import sine
from nodes.solver.ddim import ddim
from nodes.solver.heun import heun
from tests.nodes.gaussian import Gaussian, context, means, pure_noise, query
from tests.oracles import Oracle

X = torch.randn(4, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
NARROW = Gaussian(0.3, 1e-12)
LEAF, OTHER = Gaussian(0.2, 0.5), Gaussian(-0.4, 0.9)
LEVELS = Levels(torch.cat([torch.logspace(1, -2, 6, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)]))


def original(value: float) -> Sample:
    """One clean point."""
    x = torch.full((1, 2), value, dtype=torch.float64)
    return Sample(x, torch.zeros(1, dtype=torch.float64), LEAF.space, Rows.first(1, 1))


def at(model: Model, s: float = 1.3) -> Tensor:
    """Its x0."""
    return predict(model, query(X, s), context()).x0


def test_where_the_unconditional_law_is_one_point_it_is_classifier_free_guidance(oracle: Oracle) -> None:
    """Data of one point: D_u is that point at every level, which is the original."""
    found, expected = (
        rcfg(NARROW, means(1.0), original(0.3), guidance_scale=2.5),
        cfg(NARROW, means(1.0), guidance_scale=2.5),
    )
    apart = max(float((at(found, s) - at(expected, s)).abs().max()) for s in (0.1, 1.3, 20.0))
    oracle("guidance.rcfg", "ε̄ = ε_u (data of one point): CFG", apart, 1e-9)


@pytest.mark.parametrize("solver", [ddim(), heun()])
def test_a_one_time_negative_is_asked_once_and_remembered(solver: object, oracle: Oracle) -> None:
    model, ctx, noise = rcfg(LEAF, means(1.0), negative=means(-0.5), guidance_scale=2.0), context(), pure_noise(3)
    assert isinstance(solver, type(ddim()) | type(heun()))
    solve(model, solver, noise, LEVELS, ctx)
    assert ctx.meter.rows == 3 * (solver.calls(6) + 1)
    states = list(drive(model, ddim(), noise, LEVELS, context()))
    away = conditional(LEAF, means(-0.5))
    first = states[0]
    kept = predict(away, Query(first.x, first.s, first.s, first.rows, first.step), context()).x0
    for state in states[1:]:
        oracle(
            "guidance.rcfg", "the negative of the first step", float((state.memory["/negative"] - kept).abs().max()), 0
        )


def test_rows_that_begin_beside_others_get_a_negative_of_their_own() -> None:
    model, ctx = rcfg(LEAF, means(1.0), negative=means(-0.5), guidance_scale=2.0), context()
    begun = list(drive(model, ddim(), pure_noise(3), Levels(LEVELS.s[:2]), context()))[-1]
    fresh = State.at(pure_noise(2, seed=8), pure_noise(2, seed=8).x, begun.s[:2])
    together = advance(model, ddim(), State.cat([begun, fresh]), LEVELS.s[2].expand(5), ctx)
    alone = [advance(model, ddim(), part, LEVELS.s[2].expand(len(part.rows)), context()) for part in (begun, fresh)]
    assert ctx.meter.rows == 5 + 2
    torch.testing.assert_close(together.x, torch.cat([part.x for part in alone]), atol=1e-14, rtol=0)


def test_the_original_costs_nothing_and_scale_one_is_the_positive_bitwise() -> None:
    ctx = context()
    predict(rcfg(LEAF, means(1.0), original(0.3)), query(X, 1.3), ctx)
    assert ctx.meter.rows == 4
    assert torch.equal(at(rcfg(LEAF, means(1.0), guidance_scale=1.0)), at(conditional(LEAF, means(1.0))))


def test_an_original_that_is_noised_or_of_another_space_is_refused() -> None:
    with pytest.raises(InputError, match="no clean points"):
        rcfg(LEAF, means(1.0), pure_noise(1))
    with pytest.raises(InputError, match="another space"):
        rcfg(Gaussian(event=(3,)), means(1.0), original(0.3))


def test_the_blend_is_the_weighted_sum_above_the_switch_and_plain_guidance_below(oracle: Oracle) -> None:
    model = sine(LEAF, OTHER, means(1.0), means(-2.0), guidance_scale=3.0, share=0.6, sigma_min=1.0)
    toward, tuned, free = at(conditional(LEAF, means(1.0))), at(conditional(OTHER, means(-2.0))), at(LEAF)
    expected = 3 * (0.6 * toward + 0.4 * tuned) - 2 * free
    oracle("guidance.sine", "w [v D + (1 − v) D′] + (1 − w) D_u", float((at(model) - expected).abs().max()), 1e-12)
    plain = at(cfg(LEAF, means(1.0), guidance_scale=3.0), 0.7)
    oracle("guidance.sine", "below the switch: CFG", float((at(model, 0.7) - plain).abs().max()), 1e-12)
    same = sine(LEAF, LEAF, means(1.0), means(1.0), guidance_scale=3.0)
    plain = at(cfg(LEAF, means(1.0), guidance_scale=3.0))
    oracle("guidance.sine", "D′ = D and c′ = c: CFG", float((at(same) - plain).abs().max()), 1e-12)


def test_rows_on_both_sides_of_the_switch_are_as_alone_and_pay_for_themselves() -> None:
    model, q, ctx = sine(LEAF, OTHER, means(1.0), means(-2.0)), query(X, 1.0), context()
    levels = torch.tensor([0.5, 1.5, 1.0, 9.0], dtype=torch.float64)
    both = Query(X, levels, levels, q.rows, q.step)
    found = predict(model, both, ctx).x0
    assert ctx.meter.rows == 2 * 4 + 2
    alone = [predict(model, both.take(torch.tensor([row])), context()).x0 for row in range(4)]
    torch.testing.assert_close(found, torch.cat(alone))
