"""Diffusion trees: values on a Gaussian and on a chain that is known whole, counts, and rows that grow alone."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from graphs import InputError
from graphs.running.context import Meter
from nodes.contracts.context import Context
from nodes.contracts.kernel import CategoricalKernel
from nodes.contracts.levels import Levels
from nodes.contracts.model import Leaf, Model
from nodes.contracts.query import Prediction, Query
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Stochastic, look
from nodes.contracts.space import Space
from nodes.contracts.state import State
from nodes.levels.karras import karras
from nodes.noise.masked import masked
from nodes.reward.function import scored_by
from nodes.reward.linear import linear
from nodes.search.program import program
from nodes.search.tree_search import Grown, tree_search
from nodes.solver.ddim import ddim
from nodes.solver.heun import heun
from tests.nodes.gaussian import Gaussian, context, pure_noise
from tests.nodes.search.exact import ExactReverse
from tests.nodes.search.running import finished, numbers, run_with
from tests.oracles import Oracle

LEVELS = karras(num_inference_steps=3)
EXACT = program(Gaussian(event=(1,)), ExactReverse(), LEVELS)
DRAWN = program(Gaussian(variance=0.5), ddim(eta=1.0), LEVELS)
CHAIN = Space("tokens", (3,), vocabulary=("a", "b", "c"))
CHANCES = torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64)


class Chances(Leaf):
    """Every token is drawn with the same chances."""

    space = CHAIN

    def cost(self, s: float) -> float:
        """One row."""
        return 1

    def predict(self, q: Query, ctx: Context) -> Prediction:
        """Their logs."""
        return Prediction(CHANCES.log().expand(*q.x.shape, 3))


class OneByOne(Stochastic):
    """A step reveals the first token that is masked: three levels of three children each."""

    abilities = frozenset({"stochastic", "memoryless", "tokens"})

    def calls(self, steps: int) -> float:
        """One a step."""
        return steps

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> CategoricalKernel:
        """The next token by the model, all others as they are."""
        state, x0 = look(model, state, s_next, ctx)
        own = torch.nn.functional.one_hot(state.x, 4).double().log()
        place = (state.x == CHAIN.mask).double().argmax(1)
        drawn = torch.cat([x0, torch.full_like(x0[..., :1], -torch.inf)], -1)
        logits = torch.where((torch.arange(3) == place[:, None])[..., None], drawn, own)
        nothing = torch.zeros(len(state.rows), dtype=torch.float64)
        return CategoricalKernel(logits, nothing, state, state.reached(state.x, s_next))


def ordinal(x: Tensor) -> Tensor:
    """Which of the 27 words a row is."""
    return (x * torch.tensor([9, 3, 1])).sum(1)


REWARDS = torch.sin(torch.arange(27, dtype=torch.float64) * 1.7)


def of_roots(found: Grown) -> Tensor:
    """The values of the roots."""
    levels = dict(found.tree.columns)["s"]
    return torch.tensor([value for value, s in zip(numbers(found.tree, "value"), levels, strict=True) if s is None])


def test_values_are_soft_means_of_those_below_and_leaves_have_the_reward(oracle: Oracle) -> None:
    """Bellman's equation, computed anew from the table."""
    found = finished(tree_search(pure_noise(2), DRAWN, linear(), iterations=25, strength=1.5, run=run_with()))
    columns = {name: list(entries) for name, entries in found.tree.columns}
    below: dict[tuple[float, float], list[float]] = {}
    for row, parent, value in zip(columns["row"], columns["parent"], columns["value"], strict=True):
        if parent is not None:
            below.setdefault((float(row or 0), float(parent)), []).append(float(value or 0))
    apart = []
    for row, branch, value in zip(columns["row"], columns["branch"], columns["value"], strict=True):
        values = below.get((float(row or 0), float(branch or 0)))
        if values:
            wanted = math.log(sum(math.exp(1.5 * entry) for entry in values) / len(values)) / 1.5
            apart.append(abs(float(value or 0) - wanted))
    oracle("search.tree_search", "V = (1/λ) log mean exp(λ V) of every branch", max(apart), 1e-9)
    leaves = [v for v, s in zip(numbers(found.tree, "value"), columns["s"], strict=True) if s == 0.0]
    assert all(min(abs(total - leaf) for leaf in leaves) < 1e-9 for total in found.sample.x.sum(1).tolist())


def test_on_a_chain_of_27_leaves_a_full_tree_tells_the_normaliser(oracle: Oracle) -> None:
    """Two children everywhere: E exp(λ V) of the root is E exp(λ r), by enumeration of all words."""
    steps = Levels(torch.tensor([torch.inf, 2.0, 0.5, 0.0], dtype=torch.float64))
    over, rows = program(Chances(), OneByOne(), steps), 60
    reward = scored_by(lambda x: REWARDS[ordinal(x)], space="any")
    noise = masked(Chances(), count=rows)
    search = tree_search(noise, over, reward, iterations=32, strength=0.7, width=2.0, growth=0.0, run=run_with())
    chance = (CHANCES[:, None, None] * CHANCES[None, :, None] * CHANCES[None, None, :]).flatten()
    exact = float((chance * torch.exp(0.7 * REWARDS)).sum())
    found = finished(search)
    weights = torch.exp(0.7 * of_roots(found))
    error = float(weights.std()) / rows**0.5
    off = abs(float(weights.mean()) - exact)
    oracle("search.tree_search", "E exp(λ r) of 27 leaves, four standard errors", off, 4 * error)
    law = chance * torch.exp(0.7 * REWARDS) / exact
    wanted = float((law * REWARDS).sum())
    spread = float((law * (REWARDS - wanted).square()).sum().sqrt())
    off = abs(float(REWARDS[ordinal(found.sample.x)].mean()) - wanted)
    oracle("search.tree_search", "mean reward of the law p exp(λ r), four standard errors", off, 4 * spread / rows**0.5)


def test_on_a_gaussian_a_full_tree_tells_the_normaliser(oracle: Oracle) -> None:
    """log E exp(λ x) = λ²/2 of N(0, 1)."""
    rows = 80
    over = program(Gaussian(event=(1,)), ExactReverse(), karras(num_inference_steps=2))
    search = tree_search(
        pure_noise(rows, (1,)), over, linear(), iterations=16, strength=0.6, width=2.0, growth=0.0, run=run_with()
    )
    weights = torch.exp(0.6 * of_roots(finished(search)))
    off, error = abs(float(weights.mean()) - math.exp(0.18)), float(weights.std()) / rows**0.5
    oracle("search.tree_search", "E exp(λ x) = exp(λ²/2) of N(0, 1), four standard errors", off, 4 * error)


@pytest.mark.parametrize("iterations", [3, 12, 25])
def test_a_tree_that_is_not_full_tells_the_normaliser_too(iterations: int, oracle: Oracle) -> None:
    """E exp(λ V) of the root is E exp(λ r) after any number of iterations: by enumeration, and λ²/2 of N(0, 1)."""
    steps = Levels(torch.tensor([torch.inf, 2.0, 0.5, 0.0], dtype=torch.float64))
    reward = scored_by(lambda x: REWARDS[ordinal(x)], space="any")
    chance = (CHANCES[:, None, None] * CHANCES[None, :, None] * CHANCES[None, None, :]).flatten()
    chain, rows = program(Chances(), OneByOne(), steps), 120
    line = program(Gaussian(event=(1,)), ExactReverse(), LEVELS)
    for over, noise, scored, strength, exact in (
        (chain, masked(Chances(), count=rows), reward, 2.0, float((chance * torch.exp(2 * REWARDS)).sum())),
        (line, pure_noise(rows, (1,)), linear(), 1.0, math.exp(0.5)),
    ):
        search = tree_search(noise, over, scored, iterations=iterations, strength=strength, run=run_with())
        weights = torch.exp(strength * of_roots(finished(search)))
        off, error = abs(float(weights.mean()) - exact), float(weights.std()) / rows**0.5
        oracle("search.tree_search", f"E exp(λ r) after {iterations} iterations, 4.5 standard errors", off, 4.5 * error)


def test_one_iteration_is_a_plain_sample_bitwise() -> None:
    noise, meter = pure_noise(3), Meter()
    found = finished(tree_search(noise, DRAWN, linear(), iterations=1, run=run_with(meter)))
    assert torch.equal(found.sample.x, DRAWN.run(noise, context()).x)
    assert meter.rows == 3 * 3


def test_nfe_is_the_number_of_new_edges_and_budgets_are_kept(oracle: Oracle) -> None:
    meter = Meter()
    found = finished(tree_search(pure_noise(4), DRAWN, linear(), iterations=12, run=run_with(meter)))
    depths = [s for s in dict(found.tree.columns)["s"] if s is not None]
    edges = sum(s != float(LEVELS.s[0]) for s in depths)
    oracle("search.tree_search", "NFE less the edges below the roots' noises", abs(meter.rows - edges), 0)
    for budget in (3, 10, 17):
        spent = Meter()
        finished(tree_search(pure_noise(4), DRAWN, linear(), iterations=50, budget=budget, run=run_with(spent)))
        assert spent.rows <= 4 * budget


def test_a_search_gives_its_best_leaf_and_more_of_it_is_no_worse() -> None:
    def searched(iterations: int) -> Grown:
        return finished(
            tree_search(pure_noise(5), DRAWN, linear(), search="search", iterations=iterations, run=run_with())
        )

    few, many = searched(4), searched(16)
    assert bool((many.sample.x.sum(1) >= few.sample.x.sum(1)).all())
    assert float(many.sample.x.sum(1).mean()) > float(few.sample.x.sum(1).mean())


def test_strides_are_fewer_branches_of_the_same_steps_and_rows_grow_by_themselves() -> None:
    def grown(noise: Sample) -> Sample:
        return finished(tree_search(noise, DRAWN, linear(), iterations=8, stride=2, run=run_with())).sample

    noise = pure_noise(3)
    together = grown(noise)
    for row in range(3):
        assert torch.equal(grown(noise.take(torch.tensor([row]))).x[0], together.x[row])


def test_without_strength_it_goes_down_evenly_and_rewards_of_minus_infinity_are_never_reached() -> None:
    finished(tree_search(pure_noise(2), DRAWN, linear(), strength=0.0, iterations=6, run=run_with()))
    barred = scored_by(lambda x: torch.where(x[:, 0] > 0, 0.0, -torch.inf), space="any")
    found = finished(tree_search(pure_noise(20), DRAWN, barred, iterations=12, run=run_with()))
    assert float((found.sample.x[:, 0] > 0).double().mean()) > 0.9
    assert math.isfinite(float(found.sample.x.sum()))


def test_a_solver_that_draws_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="draws nothing"):
        finished(tree_search(pure_noise(1), program(Gaussian(), heun(), LEVELS), linear(), run=run_with()))
