"""Searches by zero order, over paths, by halving and by rollover budgets."""

from __future__ import annotations

import math

import pytest
import torch

from graphs import InputError, Keep
from graphs.running.context import Meter
from nodes.contracts.levels import Levels
from nodes.contracts.program import Program
from nodes.contracts.sample import Sample
from nodes.levels.karras import karras
from nodes.noise.masked import masked
from nodes.reward.linear import linear
from nodes.reward.quadratic import quadratic
from nodes.search.best_of_n import best_of_n
from nodes.search.paths import paths
from nodes.search.program import program
from nodes.search.rollover_budget import rollover_budget
from nodes.search.successive_halving import successive_halving
from nodes.search.zero_order import around, zero_order
from nodes.solver.ddim import ddim
from nodes.solver.euler import euler
from tests.laws import exact
from tests.nodes.exact_mixture import Mixture
from tests.nodes.gaussian import Gaussian, context, pure_noise
from tests.nodes.search.exact import ExactReverse
from tests.nodes.search.running import finished, numbers, run_with, told
from tests.oracles import Oracle

MODEL = Gaussian(mean=0.2, variance=0.5)
LEVELS = karras(num_inference_steps=6)
PLAIN = program(MODEL, euler(), LEVELS)
DRAWN = program(MODEL, ddim(eta=1.0), LEVELS)


class Identity(Program):
    """The noise itself as the sample."""

    def run(self, noise: Sample, ctx: object) -> Sample:
        """At s = 0."""
        return Sample(noise.x, torch.zeros_like(noise.s), noise.space, noise.rows)


def test_zero_order_climbs_to_the_target_in_noise_and_never_falls(oracle: Oracle) -> None:
    found = finished(
        zero_order(
            pure_noise(8), Identity(), quadratic(point=(0.5,)), iterations=40, neighbours=6, rho=0.3, run=run_with()
        )
    )
    curve = torch.tensor(numbers(found.curve, "reward")).reshape(8, 41)
    assert bool((curve.diff(dim=1) >= 0).all())
    oracle("search.zero_order", "its reward never falls", float(-curve.diff(dim=1).min()), 0.0)
    far = float((found.best.x - 0.5).square().sum(1).sqrt().max())
    oracle("search.zero_order", "|n − b| after 40 rounds of a quadratic of the noise itself", far, 0.25)


def test_zero_order_costs_its_tries_and_one_and_its_noise_makes_its_sample(oracle: Oracle) -> None:
    meter = Meter()
    found, said = told(zero_order(pure_noise(3), DRAWN, linear(), iterations=4, neighbours=5, run=run_with(meter)))
    oracle("search.zero_order", "NFE (1 + I·N) of the program", abs(meter.rows - 3 * 6 * (1 + 4 * 5)), 0)
    assert torch.equal(DRAWN.run(found.noise, context()).x, found.best.x)
    assert numbers(found.curve, "nfe")[:5] == [6.0, 36.0, 66.0, 96.0, 126.0]
    kept = [entry.value for entry in said if isinstance(entry, Keep)]
    again = finished(zero_order(pure_noise(3), DRAWN, linear(), iterations=4, neighbours=5, run=run_with(kept=kept[2])))
    assert torch.equal(again.best.x, found.best.x)
    assert again.curve.columns == found.curve.columns
    alone = pure_noise(3).take(torch.tensor([1]))
    one = finished(zero_order(alone, DRAWN, linear(), iterations=4, neighbours=5, run=run_with()))
    assert torch.equal(one.best.x[0], found.best.x[1])
    none = finished(zero_order(pure_noise(3), DRAWN, linear(), iterations=0, run=run_with()))
    assert torch.equal(none.best.x, DRAWN.run(pure_noise(3), context()).x)


def test_neighbours_are_standard_normal_and_as_similar_as_said() -> None:
    noise = pure_noise(4000, (1,))
    near = around(noise, 1, 0.33, 1, context())
    similarity = float((near.x * noise.x).mean())
    assert similarity == pytest.approx(1 / math.sqrt(1 + 0.33**2), abs=0.06)
    assert float(near.x.var()) == pytest.approx(1.0, abs=0.08)


def test_tokens_and_noise_of_other_levels_are_refused() -> None:
    model = exact.Spelling()
    with pytest.raises(InputError, match="all masked"):
        finished(zero_order(masked(model, count=1), PLAIN, linear(), run=run_with()))
    with pytest.raises(InputError, match="pure normal noise"):
        finished(zero_order(exact.clean(), PLAIN, linear(), run=run_with()))


def test_paths_cost_their_steps_and_improve_on_plain_samples(oracle: Oracle) -> None:
    meter, noise = Meter(), pure_noise(24)
    found = finished(
        paths(noise, PLAIN, linear(), starts=2, expansions=3, first=0.34, back=1, forward=2, run=run_with(meter))
    )
    # Two steps first; then 2 → 1 → 3, 3 → 2 → 4, 4 → 3 → 5, 5 → 4 → 6.
    oracle("search.paths", "NFE M·(first + N·forward·rounds)", abs(meter.rows - 24 * 2 * (2 + 3 * 2 * 4)), 0)
    plain = PLAIN.run(noise, context())
    gain = found.best.x.sum(1) - plain.x.sum(1)
    error = float(gain.std()) / 24**0.5
    oracle(
        "search.paths",
        "its reward is above a plain sample's by four standard errors",
        4 * error - float(gain.mean()),
        0,
    )
    assert bool((found.best.s == 0).all())
    assert len(numbers(found.rewards, "reward")) == 24 * 6
    chosen = [
        r for r, kept in zip(numbers(found.rewards, "reward"), numbers(found.rewards, "chosen"), strict=True) if kept
    ]
    torch.testing.assert_close(torch.tensor(chosen, dtype=torch.float64), found.best.x.sum(1))
    alone = finished(
        paths(
            noise.take(torch.tensor([5])),
            PLAIN,
            linear(),
            starts=2,
            expansions=3,
            first=0.34,
            back=1,
            forward=2,
            run=run_with(),
        )
    )
    assert torch.equal(alone.best.x[0], found.best.x[5])


def test_raised_points_have_the_law_of_their_level(oracle: Oracle) -> None:
    """Data N(0, 1) are N(0, 1) at every level, and so they are when raised: every solved path has that law."""
    over = program(Gaussian(event=(1,)), ExactReverse(), karras(num_inference_steps=4))
    flat = linear(direction=(0.0,))
    x = finished(paths(pure_noise(600, (1,)), over, flat, starts=1, expansions=1, run=run_with())).best.x
    oracle(
        "search.paths",
        "without choice the law is the model's: variance 1",
        abs(float(x.var()) - 1),
        4 * (2 / 600) ** 0.5,
    )


def test_paths_that_never_end_are_refused() -> None:
    with pytest.raises(InputError, match="never end"):
        finished(paths(pure_noise(1), PLAIN, linear(), back=2, forward=2, run=run_with()))
    with pytest.raises(InputError, match="cannot be stepped"):
        finished(paths(pure_noise(1), Identity(), linear(), run=run_with()))


def test_halving_finds_the_best_of_all_where_the_prediction_orders_them(oracle: Oracle) -> None:
    """On a Gaussian and a line r(x0 at any level) rises with r(x): it is best-of-N for less."""
    meters = Meter(), Meter()
    noise = pure_noise(5)
    halved = finished(successive_halving(noise, PLAIN, linear(), candidates=8, run=run_with(meters[0])))
    best = finished(best_of_n(noise, PLAIN, linear(), candidates=8, run=run_with(meters[1])))
    apart = float((halved.best.x - best.best.x).abs().max())
    oracle("search.successive_halving", "with a perfect prediction it is the argmax", apart, 1e-12)
    share = meters[0].rows / meters[1].rows
    oracle("search.successive_halving", "NFE as a share of best-of-8", share, 0.6)
    assert torch.equal(halved.best.rows.seed, best.best.rows.seed)
    assert meters[0].rows == 5 * (8 + 8 + 4 + 4 + 2 + 1), "given up after 2, 4 and 5 of 6 steps"


def test_one_candidate_is_plain_sampling_bitwise() -> None:
    noise = pure_noise(3)
    found = finished(successive_halving(noise, DRAWN, linear(), candidates=1, run=run_with()))
    assert torch.equal(found.best.x, DRAWN.run(noise, context()).x)


def test_a_quota_of_one_is_the_program_bitwise_and_budgets_are_kept(oracle: Oracle) -> None:
    meter = Meter()
    noise = pure_noise(6)
    plain = DRAWN.run(noise, context())
    one = finished(rollover_budget(noise, DRAWN, linear(), quota=1, run=run_with(meter)))
    assert torch.equal(one.sample.x, plain.x)
    assert meter.rows == 6 * 6
    meter = Meter()
    found = finished(rollover_budget(noise, DRAWN, linear(), quota=4, run=run_with(meter)))
    tries = torch.tensor(numbers(found.curve, "tries")).reshape(6, 6)
    over = float((tries.cumsum(1) - 4 * torch.arange(1, 7)).max())
    oracle("search.rollover_budget", "tries so far less quota · steps so far", over, 0)
    assert meter.rows == int(6 + tries[:, :-1].sum()) <= 6 * 6 * 4
    assert numbers(found.curve, "nfe")[5::6] == [1 + float(row[:-1].sum()) for row in tries]
    saved = finished(rollover_budget(pure_noise(20), DRAWN, linear(), quota=2, run=run_with()))
    assert max(numbers(saved.curve, "tries")) > 2, "what was saved was used"


def test_what_is_accepted_early_is_better_than_what_it_comes_of(oracle: Oracle) -> None:
    found = finished(rollover_budget(pure_noise(20), DRAWN, linear(), quota=4, run=run_with()))
    rewards = torch.tensor(numbers(found.curve, "reward")).reshape(20, 6)
    tries = torch.tensor(numbers(found.curve, "tries")).reshape(20, 6)
    left = 4 * torch.arange(1, 7) - (tries.cumsum(1) - tries)
    early = (tries < left)[:, 1:-1]
    falls = (rewards.diff(dim=1)[:, :-1])[early]
    oracle("search.rollover_budget", "rewards where a try was accepted early never fall", float(-falls.min()), 0.0)
    plain = finished(rollover_budget(pure_noise(20), DRAWN, linear(), quota=1, run=run_with())).sample.x.sum(1)
    assert float((found.sample.x.sum(1) - plain).mean()) > 0.5


def test_rows_of_a_budget_are_their_own() -> None:
    noise = pure_noise(4)
    together = finished(rollover_budget(noise, DRAWN, linear(), quota=3, run=run_with())).sample
    for row in range(4):
        alone = finished(
            rollover_budget(noise.take(torch.tensor([row])), DRAWN, linear(), quota=3, run=run_with())
        ).sample
        assert torch.equal(alone.x[0], together.x[row])
    with pytest.raises(InputError, match="draws nothing"):
        finished(rollover_budget(noise, PLAIN, linear(), run=run_with()))
    still = program(Gaussian(), ddim(eta=1.0), Levels(torch.tensor([torch.inf], dtype=torch.float64)))
    with pytest.raises(InputError, match="0 steps"):
        finished(rollover_budget(noise, still, linear(), run=run_with()))


def test_searches_on_the_mixture_end_at_data() -> None:
    over = program(Mixture(), ddim(eta=1.0), Levels(torch.tensor([20.0, 5.0, 1.0, 0.2, 0.0], dtype=torch.float64)))
    for found in (
        finished(paths(pure_noise(2), over, linear(), run=run_with())).best,
        finished(successive_halving(pure_noise(2), over, linear(), run=run_with())).best,
        finished(rollover_budget(pure_noise(2), over, linear(), run=run_with())).sample,
    ):
        assert bool(torch.isfinite(found.x).all())
        assert found.s.tolist() == [0.0, 0.0]
