"""A chain over points and levels together: its law, what it keeps, where it begins.

Of 1000 chains on the plane's mixture, 60 moves from data, sigma_min 0.05, sigma_max 5, brought to data by Heun: RMS
error of 12 features, the floor of Monte Carlo about 0.015. Keeping the lowest of the last 20 states costs the law:

| eta  | last state | lowest state | model calls to data |
| ---- | ---------- | ------------ | ------------------- |
| 0.1  | 0.027      | 0.106        | 5.5                 |
| 0.03 | 0.037      | 0.084        | 5.0                 |
"""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.context import Context
from nodes.contracts.driving import solve
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.exact.mixture import Mixture
from nodes.levels.below import below
from nodes.levels.uniform_log_snr import uniform_log_snr
from nodes.reward.log_likelihood import log_likelihood
from nodes.solver.dlg import Choice, Point, Walker, dlg, lower
from nodes.solver.heun import heun
from tests.nodes.diagnosis.running import finished, run_context
from tests.nodes.exact_mixture import MEANS, WEIGHTS
from tests.nodes.gaussian import context, pure_noise
from tests.nodes.quick_noise import QuickNoise
from tests.nodes.solver.features import COVARIANCES, drawn, error

EXACT = Mixture(Space("plane", (2,)), MEANS, COVARIANCES, WEIGHTS, ("", "", ""))
GRID = torch.exp(torch.linspace(math.log(0.05), math.log(5.0), 40, dtype=torch.float64))


def walker(eta: float = 0.1, choice: Choice = "sample") -> Walker:
    """On the exact mixture."""
    return Walker(EXACT, log_likelihood(EXACT), GRID, eta, choice, Context(context().meter, QuickNoise()))


def lying(x: Tensor, s: Tensor) -> Point:
    """Points at these levels, no move made."""
    numbers = torch.arange(len(x))
    return Point(Sample(x, s, EXACT.space, Rows(numbers + 1, numbers)), torch.zeros_like(numbers))


def stationary(count: int) -> Point:
    """Points with the law p(s) p_s, s even in its log."""
    s = GRID[torch.arange(count) % len(GRID)]
    noise = torch.randn(count, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(4))
    return lying((drawn(count, 0.0) + s[:, None] * noise) / torch.sqrt(1 + s.square())[:, None], s)


def quarters(s: Tensor) -> list[float]:
    """How much of the levels lies in each quarter of the grid."""
    return [float((torch.bucketize(s, GRID[[9, 19, 29]]) == part).double().mean()) for part in range(4)]


def test_the_chain_keeps_the_law_of_points_and_levels_together() -> None:
    point, chain = stationary(2000), walker()
    for _ in range(5):
        point = chain.moved(point)
    assert quarters(point.sample.s) == pytest.approx([0.25] * 4, abs=0.04)
    levels = below(uniform_log_snr(num_inference_steps=20, sigma_min=0.05, sigma_max=6.0), point.sample)
    end = solve(EXACT, heun(), point.sample, levels, context())
    assert error(end.x, 0.0) < 0.05


def test_the_level_is_the_one_that_the_point_has_been_noised_to() -> None:
    """By far the most likely level of y = s ε of many coordinates is near |y|/√D."""
    size = 200
    model = Mixture(Space("far", (size,)), torch.zeros(1, size), torch.full((1, size), 1e-4), torch.ones(1), ("",))
    y = 2.0 * torch.randn(3, size, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    chain = replace(walker(choice="argmax"), model=model, density=log_likelihood(model))
    point = replace(lying(y, torch.ones(3, dtype=torch.float64)))
    found = GRID[chain.classified(replace(point, sample=replace(point.sample, space=model.space)))]
    expected = y.square().mean(1).sqrt()
    assert bool(((found / expected).log().abs() < 0.1).all())


def test_the_lowest_state_is_kept_row_by_row() -> None:
    one = lying(torch.tensor([[1.0, 1.0], [2.0, 2.0]]), torch.tensor([0.5, 0.5]))
    other = lying(torch.tensor([[3.0, 3.0], [4.0, 4.0]]), torch.tensor([0.4, 0.5]))
    found = lower(one, other).sample
    assert found.s.tolist() == [pytest.approx(0.4), 0.5]
    assert found.x[:, 0].tolist() == [3.0, 2.0]


def test_data_enter_with_noise_pure_noise_at_the_top_and_others_where_they_are() -> None:
    noise = pure_noise(3)
    sample = replace(noise, s=torch.tensor([0.0, math.inf, 0.7], dtype=torch.float64))
    found = walker().entered(sample, 0.5).sample
    assert found.s.tolist() == pytest.approx([0.5, 5.0, 0.7])
    torch.testing.assert_close(found.x[1], noise.x[1] * 5 / math.sqrt(26))
    assert torch.equal(found.x[2], noise.x[2])
    assert not torch.equal(found.x[0], noise.x[0])


def test_the_lowest_state_is_no_higher_than_the_last_and_the_chain_goes_on_with_other_draws() -> None:
    begun = replace(pure_noise(3), space=EXACT.space)
    found = finished(dlg(begun, EXACT, log_likelihood(EXACT), burn_in=1, moves=3, classes=20, run=run_context()))
    assert bool((found.lowest.s <= found.chain.s).all())
    assert torch.equal(found.lowest.rows.seed, begun.rows.seed)
    assert torch.equal(found.chain.rows.origin, begun.rows.origin)
    assert not bool((found.chain.rows.seed == begun.rows.seed).any())


def test_levels_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(InputError, match="not below"):
        finished(dlg(pure_noise(2), EXACT, log_likelihood(EXACT), sigma_min=2.0, sigma_max=1.0, run=run_context()))
