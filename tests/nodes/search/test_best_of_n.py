"""Programs and the best of several of their runs."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from graphs import InputError, Keep, Progress, RunContext, Steps
from graphs.estimates import Estimate, Known, Span
from graphs.running.context import Meter
from nodes.contracts.driving import solve
from nodes.contracts.population import siblings
from nodes.contracts.program import Program
from nodes.contracts.reward import Reward
from nodes.contracts.sample import Sample
from nodes.levels.karras import karras
from nodes.reward.function import scored_by
from nodes.reward.linear import linear
from nodes.search.best_of_n import Found, Searched, best_of_n, cost
from nodes.search.program import program
from nodes.solver.heun import heun
from tests.nodes.gaussian import Gaussian, context, pure_noise
from tests.oracles import Oracle

LEVELS = karras(num_inference_steps=4)
MAXIMUM = {2: 0.5642, 4: 1.0294, 8: 1.4236, 16: 1.7660}
"""E max of N standard normals."""


def finished(steps: Steps[Found]) -> tuple[Found, list[object]]:
    """What the search found, and all that it told."""
    told: list[object] = []
    while True:
        try:
            told.append(next(steps))
        except StopIteration as stop:
            found: Found = stop.value
            return found, told


def search(
    noise: Sample,
    candidates: int,
    reward: Reward | None = None,
    over: Program | None = None,
    run: RunContext | None = None,
) -> Found:
    """The best of so many."""
    over = over or program(Gaussian(variance=0.5), heun(), LEVELS)
    steps = best_of_n(noise, over, reward or linear(), candidates=candidates, run=run or RunContext(Meter()))
    return finished(steps)[0]


def column(found: Found, name: str) -> list[object]:
    """A column of the rewards."""
    return list(dict(found.rewards.columns)[name])


def test_a_program_does_what_the_sampler_does() -> None:
    noise, model = pure_noise(3), Gaussian(variance=0.5)
    made = program(model, heun(), LEVELS)
    assert torch.equal(made.run(noise, context()).x, solve(model, heun(), noise, LEVELS, context()).x)
    assert made.parts is not None
    assert made.parts.levels is LEVELS


def test_one_candidate_is_plain_sampling_bitwise() -> None:
    noise = pure_noise(3)
    plain = solve(Gaussian(variance=0.5), heun(), noise, LEVELS, context())
    best = search(noise, 1).best
    assert torch.equal(best.x, plain.x)
    assert torch.equal(best.rows.seed, plain.rows.seed)


@pytest.mark.parametrize("count", sorted(MAXIMUM))
def test_the_best_of_normal_rewards_is_as_good_as_expected(count: int, oracle: Oracle) -> None:
    """On data N(m, C) and r = x the expected best is m + √C · E max of N standard normals."""
    rows = 150
    over = program(Gaussian(mean=2.0, variance=0.25, event=(1,)), heun(), karras(num_inference_steps=24))
    best = search(pure_noise(rows, (1,)), count, over=over).best
    error = 0.5 / rows**0.5
    apart = abs(float(best.x.mean()) - 2 - 0.5 * MAXIMUM[count])
    oracle("search.best_of_n", f"the mean of the best of {count} normal rewards, 150 rows", apart, 4.5 * error)


def test_the_winners_are_candidates_and_more_of_them_are_no_worse() -> None:
    noise, model = pure_noise(3), Gaussian(variance=0.5)
    everyone = solve(model, heun(), siblings(noise, 8, "candidates"), LEVELS, context()).x.reshape(3, 8, 2)
    rewards = []
    for count in (1, 2, 5, 8):
        best = search(noise, count).best
        assert torch.equal(best.rows.origin, noise.rows.origin)
        for row in range(3):
            assert any(torch.allclose(best.x[row], one, rtol=0, atol=1e-12) for one in everyone[row, :count])
        rewards.append(best.x.sum(1))
    assert all(bool((after >= before).all()) for before, after in pairwise(rewards))


def test_of_equal_rewards_the_first_wins() -> None:
    flat = scored_by(lambda x: torch.zeros(len(x)), space="any")
    found = search(pure_noise(2), 3, flat)
    assert torch.equal(found.best.x, search(pure_noise(2), 1).best.x)
    assert column(found, "chosen") == [1, 0, 0, 1, 0, 0]


def test_the_table_has_a_line_for_each_candidate() -> None:
    found = search(pure_noise(2), 3)
    rewards = torch.tensor([float(str(entry)) for entry in column(found, "reward")], dtype=torch.float64).reshape(2, 3)
    assert column(found, "row") == [0, 0, 0, 1, 1, 1]
    assert column(found, "candidate") == [0, 1, 2, 0, 1, 2]
    assert torch.equal(rewards.max(1).values, found.best.x.sum(1))
    assert column(found, "chosen") == (rewards == rewards.max(1, keepdim=True).values).long().flatten().tolist()


def test_it_costs_what_it_declares() -> None:
    run = RunContext(Meter())
    search(pure_noise(3), 5, run=run)
    rows = Estimate(rows=Span.of(3))
    declared = cost(Known({"candidates": 5}, {"noise": (rows,), "program": (Estimate(each=Span.of(7)),)}))
    assert run.meter.rows == declared.nfe.low == declared.nfe.high == 5 * 3 * 7
    assert run.meter.rewards == 15


def test_a_search_that_was_cut_short_goes_on_from_its_last_candidate() -> None:
    over = program(Gaussian(variance=0.5), heun(), LEVELS)
    steps = best_of_n(pure_noise(3), over, linear(), candidates=6, run=RunContext(Meter()))
    whole, told = finished(steps)
    kept = [event.value for event in told if isinstance(event, Keep)]
    assert isinstance(kept[3], Searched)
    run = RunContext(Meter(), kept=kept[3])
    again = search(pure_noise(3), 6, run=run)
    assert torch.equal(again.best.x, whole.best.x)
    assert again.rewards.columns == whole.rewards.columns
    assert run.meter.rows == 2 * 3 * 7
    assert [event.step for event in told if isinstance(event, Progress)] == list(range(7))


def test_four_rows_together_equal_each_alone() -> None:
    noise = pure_noise(4)
    together = search(noise, 4).best
    for row in range(4):
        assert torch.equal(search(noise.take(torch.tensor([row])), 4).best.x[0], together.x[row])


class Diverse(Reward):
    """How far rows of one origin lie apart."""

    abilities = frozenset({"population"})

    def score(self, sample: Sample, ctx: object) -> Tensor:
        """Nothing of it is asked."""
        raise AssertionError


def refused(reward: Reward) -> InputError:
    """What a search says to a reward that it cannot use."""
    with pytest.raises(InputError) as caught:
        search(pure_noise(2), 2, reward)
    return caught.value


def test_rewards_that_cannot_rank_are_refused() -> None:
    assert "compares rows" in str(refused(Diverse()))
    nan: Callable[[Tensor], Tensor] = lambda x: x.sum(1) * torch.nan  # noqa: E731
    assert "NaN" in str(refused(scored_by(nan, space="any")))
