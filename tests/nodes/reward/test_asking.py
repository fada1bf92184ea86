"""Rewards that ask a model: a plan knows of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from graphs import RunContext, Steps
from graphs.estimates import Estimate, Known, Span
from graphs.running.context import Meter
from nodes.contracts.reward import score
from nodes.levels.karras import karras
from nodes.reward import denoising_loss as loss
from nodes.reward.combined import weighted_sum
from nodes.reward.linear import linear
from nodes.reward.parts import parts_cost
from nodes.search import (
    best_of_n,
    find,
    optimise_noise,
    paths,
    rollover_budget,
    successive_halving,
    tree_search,
    zero_order,
)
from nodes.search.program import program
from nodes.solver.ddim import ddim
from tests.nodes.gaussian import Gaussian, context, pure_noise
from tests.nodes.search.running import finished, run_with


class Followed(Gaussian):
    """A Gaussian whose answers may be differentiated."""

    abilities = frozenset({"conditional", "differentiable"})


OVER = program(Followed(variance=0.5), ddim(eta=1.0), karras(num_inference_steps=6))
ASKING = weighted_sum((loss.denoising_loss(Followed(), levels=3), linear()))
INPUTS = {
    "noise": (Estimate(rows=Span.of(3)),),
    "program": (Estimate(each=Span.of(6)),),
    "reward": (Estimate(asks=Span.of(3)),),
}
Searching = Callable[[RunContext], Steps[tuple[object, ...]]]
EXACT: dict[str, tuple[Callable[[Known], Estimate], dict[str, object], Searching]] = {
    "best_of_n": (
        best_of_n.cost,
        {"candidates": 4},
        lambda run: best_of_n.best_of_n(pure_noise(3), OVER, ASKING, candidates=4, run=run),
    ),
    "zero_order": (
        zero_order.cost,
        {"iterations": 2, "neighbours": 3},
        lambda run: zero_order.zero_order(pure_noise(3), OVER, ASKING, iterations=2, neighbours=3, run=run),
    ),
    "find": (
        find.cost,
        {"iterations": 2, "draws": 3},
        lambda run: find.find(pure_noise(3), OVER, ASKING, iterations=2, draws=3, run=run),
    ),
    "optimise_noise": (
        optimise_noise.cost,
        {"iterations": 2, "checkpointing": True},
        lambda run: optimise_noise.optimise_noise(pure_noise(3), OVER, ASKING, iterations=2, run=run),
    ),
}
WITHIN: dict[str, tuple[Callable[[Known], Estimate], dict[str, object], Searching]] = {
    "paths": (
        paths.cost,
        {"starts": 2, "expansions": 2, "forward": 3},
        lambda run: paths.paths(pure_noise(3), OVER, ASKING, run=run),
    ),
    "successive_halving": (
        successive_halving.cost,
        {"candidates": 5},
        lambda run: successive_halving.successive_halving(pure_noise(3), OVER, ASKING, candidates=5, run=run),
    ),
    "rollover_budget": (
        rollover_budget.cost,
        {"quota": 3},
        lambda run: rollover_budget.rollover_budget(pure_noise(3), OVER, ASKING, quota=3, run=run),
    ),
    "tree_search": (
        tree_search.cost,
        {"iterations": 5},
        lambda run: tree_search.tree_search(pure_noise(3), OVER, ASKING, iterations=5, run=run),
    ),
}


def test_a_reward_says_how_many_model_rows_a_row_takes() -> None:
    said = loss.cost(Known({"levels": 3}, {"model": (Estimate(each=Span.of(2)),)}))
    assert said.asks == Span.of(6)
    assert parts_cost(Known({}, {"rewards": (said, Estimate())})).asks == Span.of(6)
    ctx = context()
    score(ASKING, OVER.run(pure_noise(2), context()), ctx)
    assert ctx.meter.rows == 2 * 3


@pytest.mark.parametrize("name", EXACT)
def test_a_search_plans_what_its_reward_asks(name: str) -> None:
    cost, values, search = EXACT[name]
    meter = Meter()
    finished(search(run_with(meter)))
    assert cost(Known(values, INPUTS)).nfe == Span.of(meter.rows)
    quiet = cost(Known(values, {**INPUTS, "reward": (Estimate(),)})).nfe
    assert quiet.high < meter.rows, "and without it less"


@pytest.mark.parametrize("name", WITHIN)
def test_a_search_whose_rewards_depend_on_the_steps_plans_no_less_than_it_asks(name: str) -> None:
    cost, values, search = WITHIN[name]
    meter = Meter()
    finished(search(run_with(meter)))
    said = cost(Known(values, INPUTS)).nfe
    assert said.low <= meter.rows <= said.high
    quiet = cost(Known(values, {**INPUTS, "reward": (Estimate(),)})).nfe
    assert quiet.high < float("inf")
