"""A law that is known by its density only: the Monte Carlo model against the exact one."""

from __future__ import annotations

import math

import pytest
import torch

from graphs import InputError
from nodes.contracts.asking import predict
from nodes.contracts.context import Context
from nodes.contracts.model import Model
from nodes.contracts.query import Prediction, Query
from nodes.contracts.rows import Rows
from nodes.contracts.space import Space
from nodes.exact.mixture import Mixture
from nodes.model.rdmc import rdmc
from nodes.reward.function import scored_by
from nodes.reward.linear import linear
from nodes.reward.log_likelihood import log_likelihood
from tests.nodes.exact_mixture import MEANS, WEIGHTS
from tests.nodes.gaussian import context
from tests.nodes.quick_noise import QuickNoise
from tests.nodes.solver.features import COVARIANCES, drawn

EXACT = Mixture(Space("plane", (2,)), MEANS, COVARIANCES, WEIGHTS, ("", "", ""))
ENERGY = log_likelihood(EXACT)


def asked(model: Model, s: float, count: int = 16) -> Prediction:
    """What it answers about points of the law at level s."""
    level, numbers = torch.full((count,), s, dtype=torch.float64), torch.arange(count)
    q = Query(drawn(count, min(s, 1e6)), level, level, Rows(numbers + 1, numbers), torch.zeros_like(numbers))
    return predict(model, q, Context(context().meter, QuickNoise()))


def wrong(model: Model, s: float) -> float:
    """The RMS distance of its answers from the exact ones."""
    return float((asked(model, s).x0 - asked(EXACT, s).x0).square().sum(1).mean().sqrt())


@pytest.mark.parametrize("s", [0.05, 0.3, 1.0, 5.0, 80.0, math.inf])
def test_its_answers_come_to_the_exact_ones_with_the_particles(s: float) -> None:
    few, many = (wrong(rdmc(ENERGY, prior_std=1.2, particles=count), s) for count in (64, 4096))
    assert many < few / 3
    assert many < 0.05


def test_at_data_the_answer_is_the_point() -> None:
    for steps in (0, 3):
        assert wrong(rdmc(ENERGY, particles=8, langevin_steps=steps), 0.0) == pytest.approx(0, abs=1e-12)


def test_langevin_mends_what_a_few_particles_of_a_wide_prior_have() -> None:
    plain, moved = (wrong(rdmc(ENERGY, prior_std=6.0, particles=64, langevin_steps=steps), 0.5) for steps in (0, 20))
    assert moved < plain


def test_an_energy_needs_no_normalisation() -> None:
    shifted = scored_by(lambda x: EXACT.log_likelihood(x, torch.zeros(len(x), dtype=torch.float64)) + 7.0, space="any")
    torch.testing.assert_close(asked(rdmc(shifted), 1.0).x0, asked(rdmc(ENERGY), 1.0).x0)


def test_a_linear_energy_moves_the_gaussian_of_the_question() -> None:
    """q ∝ exp(a x0 − |y − x0|²/2s²) is N(y + s² a, s²)."""
    s = 0.5
    flat = asked(rdmc(linear(direction=(0.8, -0.4)), prior_std=50.0, particles=20000), s, count=4)
    y = drawn(4, s) * math.sqrt(1 + s * s)
    expected = y + s * s * torch.tensor([0.8, -0.4], dtype=torch.float64)
    torch.testing.assert_close(flat.x0, expected, rtol=0, atol=0.03)


def test_a_row_is_what_it_is_alone() -> None:
    model, s = rdmc(ENERGY, langevin_steps=2, particles=16), torch.full((4,), 0.7, dtype=torch.float64)
    rows = Rows.first(3, 4)
    q = Query(drawn(4, 0.7), s, s, rows, torch.zeros(4, dtype=torch.int64))
    together = predict(model, q, context()).x0
    torch.testing.assert_close(together[2:3], predict(model, q.take(torch.tensor([2])), context()).x0)


def test_rewards_and_passes_backward_are_counted() -> None:
    ctx = context()
    s = torch.full((3,), 0.7, dtype=torch.float64)
    q = Query(drawn(3, 0.7), s, s, Rows.first(3, 3), torch.zeros(3, dtype=torch.int64))
    predict(rdmc(ENERGY, particles=16, langevin_steps=2), q, ctx)
    assert (ctx.meter.rows, ctx.meter.rewards, ctx.meter.backwards) == (3, 3 * 16 * 3, 3 * 16 * 2)


def test_what_it_cannot_do_is_told() -> None:
    without = scored_by(lambda x: -x.square().sum(1), space="any")
    with pytest.raises(InputError, match="gradients"):
        rdmc(without, langevin_steps=1)
    with pytest.raises(InputError, match="shape"):
        rdmc(ENERGY, shape=())
    x, s = torch.zeros(1, 3), torch.ones(1, dtype=torch.float64)
    with pytest.raises(InputError, match="another shape"):
        predict(rdmc(ENERGY), Query(x, s, s, Rows.first(0, 1), torch.zeros(1, dtype=torch.int64)), context())
