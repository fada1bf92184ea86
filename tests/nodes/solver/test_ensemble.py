"""Ensembles that a measurement weighs: a mixture's posterior and evidence, and even weights under the right twist."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.operator import Measurement
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.space import Space
from nodes.exact.mixture import Mixture
from nodes.solver.afdps import WeightedSde, afdps
from nodes.solver.ancestral import ancestral
from nodes.solver.euler import euler
from nodes.solver.tds import tds
from tests.nodes.gaussian import context, pure_noise
from tests.nodes.measurement.linear_laws import ONE
from tests.nodes.measurement.toys import Identity, Smooth, Squares
from tests.oracles import Oracle

SEEN = Measurement(torch.tensor([[0.5]], dtype=torch.float64), 1.0)
MEANS, VARIANCE = (2.0, -2.0), 0.25


def mixture() -> Mixture:
    """½ N(2, ¼) + ½ N(−2, ¼)."""
    means = torch.tensor(MEANS, dtype=torch.float64)[:, None]
    return Mixture(Space("plane", (1,)), means, torch.full_like(means, VARIANCE), torch.ones(2), ("right", "left"))


def exactly() -> tuple[float, float, float]:
    """P(right), the mean, and log E exp(−(y − x)²/2) under the mixture, given y = 0.5 ± 1."""
    shares = [math.exp(-((0.5 - mean) ** 2) / (2 * (VARIANCE + 1))) for mean in MEANS]
    right = shares[0] / sum(shares)
    each = [(mean / VARIANCE + 0.5) / (1 / VARIANCE + 1) for mean in MEANS]
    evidence = math.log(sum(shares) / 2 / math.sqrt(VARIANCE + 1))
    return right, right * each[0] + (1 - right) * each[1], evidence


def falling(steps: int, start: float = 20.0, end: float = 0.05) -> Levels:
    """Even in log s, then 0."""
    last = torch.zeros(1, dtype=torch.float64)
    return Levels(torch.cat([torch.logspace(math.log10(start), math.log10(end), steps, dtype=torch.float64), last]))


def found(solver: Solver, levels: Levels, rows: int = 1) -> tuple[Sample, Tensor]:
    """All particles of so many rows, and their weights."""
    noise = pure_noise(rows, (1,))
    sample = solve(mixture(), solver, Sample(noise.x, noise.s, Space("plane", (1,)), noise.rows), levels, context())
    return sample, sample.aux["fk/log_weight"].exp()


def test_the_weighted_sde_finds_the_posterior_of_a_mixture(oracle: Oracle) -> None:
    right, mean, evidence = exactly()
    solver = afdps(Identity(), SEEN, num_particles=2000, outcome="all")
    sample, weights = found(solver, falling(40, start=8.0))
    x = sample.x[:, 0]
    oracle("solver.afdps", "two modes: weight of the right one", abs(float(weights[x > 0].sum()) - right), 0.07)
    oracle("solver.afdps", "two modes: posterior mean", abs(float((weights * x).sum()) - mean), 0.25)
    told = float(sample.aux["fk/log_normaliser"][0])
    oracle("solver.afdps", "two modes: log evidence", abs(told - evidence), 0.3)


def test_twisted_particles_find_the_posterior_of_a_mixture(oracle: Oracle) -> None:
    right, mean, evidence = exactly()
    solver = tds(ancestral(), Identity(), SEEN, num_particles=600, prior_variance=4.0, outcome="all")
    sample, weights = found(solver, falling(40))
    x = sample.x[:, 0]
    oracle("solver.tds", "two modes: weight of the right one", abs(float(weights[x > 0].sum()) - right), 0.04)
    oracle("solver.tds", "two modes: posterior mean", abs(float((weights * x).sum()) - mean), 0.15)
    oracle("solver.tds", "two modes: log evidence", abs(float(sample.aux["fk/log_normaliser"][0]) - evidence), 0.1)


def test_with_the_right_twist_all_weights_are_nearly_even(oracle: Oracle) -> None:
    """A Gaussian under its own r²: what is left is the length of the steps, and falls with it."""
    sizes = []
    for steps in (20, 80):
        solver = tds(ancestral(), Identity(), ONE, num_particles=64, ess_threshold=0.0, outcome="all")
        sample = solve(Smooth(event=(1,)), solver, pure_noise(1, (1,)), falling(steps), context())
        weights = sample.aux["fk/log_weight"].exp()
        sizes.append(float(1 / weights.square().sum()) / 64)
    assert sizes[1] > sizes[0]
    oracle("solver.tds", "the right twist: 1 − ESS/K", 1 - sizes[1], 0.1)


def test_tds_evidence_of_a_gaussian(oracle: Oracle) -> None:
    solver = tds(ancestral(), Identity(), ONE, num_particles=512)
    sample = solve(Smooth(event=(1,)), solver, pure_noise(1, (1,)), falling(60), context())
    expected = -4 / (2 * 1.25) - math.log(math.sqrt(1.25) / 0.5)
    oracle("solver.tds", "Gaussian: log evidence", abs(float(sample.aux["fk/log_normaliser"][0]) - expected), 0.1)


def test_each_row_has_a_sample_and_the_cost_is_that_of_all_particles() -> None:
    for solver in (tds(ancestral(), Identity(), SEEN, num_particles=3), afdps(Identity(), SEEN, num_particles=3)):
        ctx = context()
        out = solve(Smooth(event=(1,)), solver, pure_noise(2, (1,)), falling(5), ctx)
        assert out.rows.origin.tolist() == [0, 1]
        assert out.aux["fk/ess"].shape == (2, 6)
        assert ctx.meter.rows == 2 * 3 * 5
        assert solver.calls(5) == 15


def test_from_pure_noise_they_come_in_at_the_next_level() -> None:
    """The levels of both begin alike: at s = inf, or where that leads."""
    inside = falling(8)
    opened = Levels(torch.cat([torch.full((1,), math.inf, dtype=torch.float64), inside.s]))
    solver = afdps(Identity(), SEEN, num_particles=4, ess_threshold=0.0, outcome="all")
    assert isinstance(solver, WeightedSde)
    begun = solver.start(pure_noise(1, (1,)), opened, context())
    came_in = solver.forward(Smooth(event=(1,)), begun, inside.s[:1].expand(4), context())
    torch.testing.assert_close(came_in.x, solver.start(pure_noise(1, (1,)), inside, context()).x)


def test_what_they_cannot_use_is_refused() -> None:
    with pytest.raises(InputError, match="proximal"):
        afdps(Squares(), SEEN)
    with pytest.raises(InputError, match="weighed by a measurement without noise"):
        afdps(Identity(), Measurement(SEEN.y))
    with pytest.raises(InputError, match="draws no normal noise"):
        tds(euler(), Identity(), SEEN)
    with pytest.raises(InputError, match="end at 0"):
        afdps(Identity(), SEEN).start(pure_noise(1, (1,)), Levels(torch.tensor([3.0, 1.0])), context())
    rising = Levels(torch.tensor([1.0, 3.0, 0.0], dtype=torch.float64))
    with pytest.raises(InputError, match="way down"):
        solve(Smooth(event=(1,)), afdps(Identity(), SEEN), pure_noise(1, (1,)), rising, context())
