"""Searches that are stopped early: what is shown is the best so far, and what is kept leads on to the same end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, TypeVar

import pytest
import torch

from graphs import Keep, Preview, RunContext, Steps
from graphs.running.context import Meter
from graphs.values import pack
from nodes.contracts.population import siblings
from nodes.contracts.sample import Sample
from nodes.contracts.table import Table
from nodes.levels.karras import karras
from nodes.reward.linear import linear
from nodes.search.find import find
from nodes.search.optimise_noise import optimise_noise
from nodes.search.paths import Rays, paths
from nodes.search.program import program
from nodes.search.rollover_budget import Walked, rollover_budget
from nodes.search.successive_halving import successive_halving
from nodes.search.tree import Search
from nodes.search.tree_search import tree_search
from nodes.solver.ddim import ddim
from nodes.solver.euler import euler
from tests.nodes.gaussian import Gaussian, pure_noise
from tests.nodes.search.running import finished, numbers, run_with, told

LEVELS = karras(num_inference_steps=6)
PLAIN = program(Gaussian(variance=0.5), euler(), LEVELS)
DRAWN = program(Gaussian(variance=0.5), ddim(eta=1.0), LEVELS)
REWARD = linear()
T = TypeVar("T")
Searching: TypeAlias = Callable[[RunContext], Steps[tuple[object, ...]]]


class Followed(Gaussian):
    """A Gaussian whose answers may be differentiated."""

    abilities = frozenset({"conditional", "differentiable"})


SMOOTH = program(Followed(variance=0.5), euler(), LEVELS)


def noise() -> Sample:
    """Three rows of pure noise."""
    return pure_noise(3)


SEARCHES: dict[str, Searching] = {
    "paths": lambda run: paths(noise(), DRAWN, REWARD, starts=2, expansions=3, forward=2, run=run),
    "successive_halving": lambda run: successive_halving(noise(), DRAWN, REWARD, candidates=5, run=run),
    "rollover_budget": lambda run: rollover_budget(noise(), DRAWN, REWARD, quota=3, run=run),
    "tree_search/sample": lambda run: tree_search(noise(), DRAWN, REWARD, iterations=9, stride=2, run=run),
    "tree_search/search": lambda run: tree_search(noise(), DRAWN, REWARD, search="search", iterations=9, run=run),
    "tree_search/budget": lambda run: tree_search(noise(), DRAWN, REWARD, iterations=20, budget=14, run=run),
    "optimise_noise": lambda run: optimise_noise(noise(), SMOOTH, REWARD, iterations=4, run=run),
    "find": lambda run: find(noise(), DRAWN, REWARD, iterations=4, draws=3, run=run),
}


def shown_in(said: list[object]) -> list[Sample]:
    """What is shown, one after the other."""
    values = [entry.value for entry in said if isinstance(entry, Preview)]
    return [value for value in values if isinstance(value, Sample)]


def kept_in(said: list[object], kind: type[T]) -> list[T]:
    """What is kept, one after the other."""
    values = [entry.value for entry in said if isinstance(entry, Keep)]
    return [value for value in values if isinstance(value, kind)]


@pytest.mark.parametrize("name", SEARCHES)
def test_from_whatever_was_kept_it_goes_on_to_the_same_end_for_the_rest_of_the_cost(name: str) -> None:
    meter = Meter()
    whole, said = told(SEARCHES[name](run_with(meter)))
    kept = kept_in(said, object)
    assert len(kept) >= 3
    spent = []
    for value in kept:
        pack(value)  # the engine can store it
        rest = Meter()
        again = finished(SEARCHES[name](run_with(rest, kept=value)))
        for one, other in zip(whole, again, strict=True):
            if isinstance(one, Sample) and isinstance(other, Sample):
                assert torch.equal(one.x, other.x)
                assert torch.equal(one.rows.seed, other.rows.seed)
            assert not isinstance(one, Table) or not isinstance(other, Table) or one.columns == other.columns
        spent.append(rest.rows)
    assert meter.rows > spent[0] > spent[-1] or spent[-1] == 0
    assert spent == sorted(spent, reverse=True)


@pytest.mark.parametrize("name", SEARCHES)
def test_what_is_shown_are_the_rows_themselves(name: str) -> None:
    shown = shown_in(told(SEARCHES[name](run_with()))[1])
    assert shown
    assert all(entry.x.shape == (3, 2) for entry in shown)


@pytest.mark.parametrize("search", ["sample", "search"])
def test_a_tree_shows_the_best_leaf_so_far(search: Search) -> None:
    shown = shown_in(told(tree_search(noise(), DRAWN, REWARD, search=search, iterations=6, run=run_with()))[1])
    for number, sample in enumerate(shown):
        run = tree_search(noise(), DRAWN, REWARD, search=search, iterations=number + 1, run=run_with())
        columns = dict(finished(run).tree.columns)
        leaves = zip(columns["row"], columns["value"], columns["s"], strict=True)
        ends = [(row, float(value or 0)) for row, value, s in leaves if s == 0.0]
        best = [max(value for row, value in ends if row == wanted) for wanted in range(3)]
        torch.testing.assert_close(sample.x.sum(1), torch.tensor(best, dtype=torch.float64))


def test_climbing_shows_the_best_so_far() -> None:
    steps = optimise_noise(noise(), SMOOTH, REWARD, iterations=6, learning_rate=3.0, clip=50.0, run=run_with())
    found, said = told(steps)
    shown = torch.stack([sample.x.sum(1) for sample in shown_in(said)], 1)
    curve = torch.tensor(numbers(found.curve, "reward"), dtype=torch.float64).reshape(3, -1)
    torch.testing.assert_close(shown, curve)
    assert bool((shown.diff(dim=1) >= 0).all())


def test_where_predictions_order_as_the_end_does_halving_shows_the_winner_from_the_first_look_on() -> None:
    """Along a Gaussian's probability flow r(x0 predicted) rises with x, so the best at first is the best at last."""
    found, said = told(successive_halving(noise(), PLAIN, REWARD, candidates=6, first=0.5, run=run_with()))
    shown = [sample.rows.seed for sample in shown_in(said)]
    assert all(torch.equal(seed, noise().rows.seed) for seed in shown[:3]), "nobody was looked at yet"
    chosen = torch.tensor(numbers(found.rewards, "chosen")).nonzero()[:, 0]
    assert bool((chosen % 6 != 0).any()), "the row itself is not the best of each"
    assert len(shown[3:]) == 3
    assert all(torch.equal(seed, siblings(noise(), 6, "candidates").rows.seed[chosen]) for seed in shown[3:])


def test_a_beam_shows_the_best_of_its_ways() -> None:
    _, said = told(SEARCHES["paths"](run_with()))
    for beam, best in zip(kept_in(said, Rays), shown_in(said)[:-1], strict=True):
        torch.testing.assert_close(best.x.sum(1), beam.everyone.reshape(3, -1).amax(1))


def test_a_walk_shows_what_it_was_judged_by() -> None:
    _, said = told(SEARCHES["rollover_budget"](run_with()))
    for walked, guess in zip(kept_in(said, Walked), shown_in(said), strict=True):
        torch.testing.assert_close(guess.x.sum(1), walked.scores[:, -1])
