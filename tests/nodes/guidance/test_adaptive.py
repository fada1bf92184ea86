"""Adaptive guidance: its limits, that rows are their own, and what it saves."""

from __future__ import annotations

import pytest
import torch

from graphs import Estimate, Known, Span
from nodes.contracts.asking import predict
from nodes.contracts.cond import Cond
from nodes.contracts.driving import drive, solve
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.guidance.adaptive import adaptive, cost
from nodes.guidance.cfg import cfg
from nodes.guidance.conditional import conditional
from nodes.model.mixture import mixture
from nodes.solver.ddim import ddim
from tests.nodes.gaussian import context, pure_noise, query
from tests.oracles import Oracle

LAW = mixture(
    preset="own", dimension=2, means=(1.0, 0.0, -0.5, 1.0, 0.2, -1.0), covariances=(0.3, 0.1, 0.1, 0.2), names="a\nb\nc"
)
LEVELS = Levels(torch.cat([torch.logspace(1, -2, 9, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)]))
NOISE = Sample(pure_noise(6).x, pure_noise(6).s, LAW.space, pure_noise(6).rows)
ROWS = len(NOISE.rows)


def told(text: str) -> Cond:
    """A condition of the mixture."""
    return LAW.prompt((text,))


def run(model: Model, noise: Sample = NOISE) -> tuple[torch.Tensor, int]:
    """Where noise goes, and what it cost."""
    ctx = context()
    return solve(model, ddim(), noise, LEVELS, ctx).x, ctx.meter.rows


def test_a_threshold_above_one_is_plain_guidance_bitwise(oracle: Oracle) -> None:
    found, rows = run(adaptive(LAW, told("a"), guidance_scale=4.0, threshold=1.5))
    plain, twice = run(cfg(LAW, told("a"), guidance_scale=4.0))
    oracle("guidance.adaptive", "threshold above 1: CFG bitwise", float((found - plain).abs().max()), 0)
    assert rows == twice == 2 * 9 * ROWS


def test_a_threshold_of_minus_one_guides_the_first_step_only(oracle: Oracle) -> None:
    found, rows = run(adaptive(LAW, told("a"), guidance_scale=4.0, threshold=-1.0))
    states = list(drive(cfg(LAW, told("a"), guidance_scale=4.0), ddim(), NOISE, LEVELS, context()))
    rest = Sample(states[1].x, states[1].s, LAW.space, states[1].rows)
    expected = solve(conditional(LAW, told("a")), ddim(), rest, Levels(LEVELS.s[1:]), context()).x
    apart = float((found - expected).abs().max())
    oracle("guidance.adaptive", "threshold −1: CFG, then conditional only", apart, 1e-12)
    assert rows == (9 + 1) * ROWS


def test_a_mixed_batch_is_as_each_row_alone_and_saves_for_some(oracle: Oracle) -> None:
    model = adaptive(LAW, told("a"), guidance_scale=4.0, threshold=0.9, compared="sample")
    together, rows = run(model)
    alone = [run(model, NOISE.take(torch.tensor([row]))) for row in range(ROWS)]
    apart = float((together - torch.cat([x for x, _ in alone])).abs().max())
    oracle("guidance.adaptive", "a mixed batch is as each row alone", apart, 1e-12)
    spent = [each for _, each in alone]
    assert rows == sum(spent)
    assert len(set(spent)) > 1
    assert 9 * ROWS < rows < 2 * 9 * ROWS


def test_at_pure_noise_no_row_is_settled_though_both_noises_are_x() -> None:
    answer = predict(adaptive(LAW, told("a"), threshold=0.9), query(NOISE.x, float("inf")), context())
    torch.testing.assert_close(answer.aux["/cosine"], torch.ones(ROWS, dtype=torch.float64))
    assert not bool(answer.keep["/settled"].any())


def test_what_agrees_is_asked_once_from_then_on_though_it_may_part_again() -> None:
    model = adaptive(LAW, told("a"), guidance_scale=4.0, threshold=0.9, compared="sample")
    states = list(drive(model, ddim(), NOISE, LEVELS, context()))
    settled = torch.stack([state.memory["/settled"] for state in states[1:]])
    assert bool((settled[1:] >= settled[:-1]).all())
    assert float(settled[-1].sum()) > 0


@pytest.mark.parametrize(("scale", "each"), [(5.0, Span(1, 2)), (1.0, Span.of(1)), (None, Span(1, 2))])
def test_the_declared_cost(scale: float | None, each: Span) -> None:
    assert cost(Known({"guidance_scale": scale}, {"model": (Estimate(each=Span.of(1)),)})).each == each
    assert run(adaptive(LAW, told("a"), guidance_scale=1.0))[1] == 9 * ROWS
