"""The law of a step: what is drawn, how likely it was, and the state that it leads to."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from nodes.contracts.kernel import CategoricalKernel, GaussianKernel
from nodes.contracts.noise import CounterNoise, gumbel_max
from nodes.contracts.query import Prediction
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space, product
from nodes.contracts.state import State
from tests.nodes.gaussian import context, pure_noise

NOISE = pure_noise(3)
STATE = State.at(NOISE, NOISE.x, torch.ones(3, dtype=torch.float64))
STD = torch.tensor([0.5, 2.0, 1.0], dtype=torch.float64)
WORDS = Space("tokens", (4,), vocabulary=("a", "b", "c"))


def gaussian_kernel() -> GaussianKernel:
    """A kernel around the state's points."""
    return GaussianKernel(STATE.x * 2, STD, STATE, STATE.reached(STATE.x, STATE.s / 2))


def test_a_draw_is_the_mean_and_the_rows_own_noise_and_z_gives_it_back() -> None:
    kernel, ctx = gaussian_kernel(), context()
    x = kernel.sample(ctx)
    z = CounterNoise().normal(STATE, "step")
    torch.testing.assert_close(x, STATE.x * 2 + STD[:, None] * z)
    torch.testing.assert_close(kernel.z(x), z)
    assert not torch.equal(kernel.sample(ctx, 1), x)
    assert torch.equal(kernel.sample(ctx), x)


def test_the_next_state_is_one_step_further_at_the_drawn_point() -> None:
    reached = gaussian_kernel().at(STATE.x + 1)
    assert torch.equal(reached.x, STATE.x + 1)
    assert reached.step.tolist() == [1, 1, 1]
    assert reached.s.tolist() == [0.5, 0.5, 0.5]


def test_log_prob_is_that_of_independent_normals() -> None:
    kernel = gaussian_kernel()
    x = kernel.sample(context())
    densities = torch.exp(-0.5 * ((x - kernel.mean) / STD[:, None]) ** 2) / (STD[:, None] * math.sqrt(2 * math.pi))
    expected = densities.prod(1).log()
    torch.testing.assert_close(kernel.log_prob(x), expected)


def test_without_spread_nothing_is_drawn() -> None:
    kernel = replace(gaussian_kernel(), std=torch.zeros(3, dtype=torch.float64))
    assert kernel.sample(context()) is kernel.mean
    assert not kernel.z(kernel.mean + 1).any()


def test_tokens_are_drawn_by_their_probabilities() -> None:
    rows = Rows.first(3, 4000)
    x = torch.full((4000, 1), 3)
    state = State.at(Sample(x, torch.zeros(4000), WORDS, rows), x, torch.zeros(4000, dtype=torch.float64))
    logits = torch.tensor([0.2, 0.3, 0.5]).log().expand(4000, 1, 3)
    kernel = CategoricalKernel(logits, torch.zeros(4000), state, state)
    drawn = kernel.sample(context())
    shares = torch.bincount(drawn.flatten(), minlength=3) / 4000
    torch.testing.assert_close(shares, torch.tensor([0.2, 0.3, 0.5]), atol=4 * math.sqrt(0.25 / 4000), rtol=0)
    torch.testing.assert_close(kernel.log_prob(drawn)[0], torch.tensor([0.2, 0.3, 0.5]).double().log()[drawn[0, 0]])


def test_an_impossible_token_is_never_drawn() -> None:
    logits = torch.tensor([-math.inf, 0.0, -math.inf]).expand(1000, 3)
    assert (gumbel_max(logits, torch.linspace(0, 1 - 1e-9, 3000, dtype=torch.float64).reshape(1000, 3)) == 1).all()


def test_a_space_of_tokens_commits_logits_to_tokens_by_the_rows_own_seed() -> None:
    logits = torch.randn(3, 4, 3, generator=torch.Generator().manual_seed(0))
    rows = Rows.first(0, 3)
    tokens = WORDS.commit(logits, rows)
    assert tokens.shape == (3, 4)
    assert tokens.dtype == torch.int64
    assert torch.equal(WORDS.commit(logits[1:2], rows.take(torch.tensor([1]))), tokens[1:2])
    sure = torch.nn.functional.one_hot(torch.tensor([[2, 0, 1, 1]]), 3).double().log()
    assert WORDS.commit(sure, rows.take(torch.tensor([0]))).tolist() == [[2, 0, 1, 1]]
    assert WORDS.mask == 3


def test_a_product_space_splits_and_joins() -> None:
    space = product("pair", image=(2, 2), label=(3,))
    assert space.event == (7,)
    assert [(part.name, part.event) for part in space.parts] == [("image", (2, 2)), ("label", (3,))]
    x = torch.arange(14.0).reshape(2, 7)
    pieces = space.split(x)
    assert pieces["image"].shape == (2, 2, 2)
    assert torch.equal(space.join(pieces), x)


def test_the_guess_at_the_end_is_the_point_itself() -> None:
    s = torch.tensor([0.0, 1.0, 0.0], dtype=torch.float64)
    state = replace(STATE, s=s, pred=Prediction(STATE.x + 5))
    assert torch.equal(state.guess().x, STATE.x + torch.tensor([[0.0], [5.0], [0.0]], dtype=torch.float64))


@pytest.mark.parametrize("index", [[0], [2, 0], [1, 2, 0]])
def test_put_gives_back_what_was_taken(index: list[int]) -> None:
    again = STATE.put(torch.tensor(index), STATE.take(torch.tensor(index)))
    assert torch.equal(again.x, STATE.x)
    assert torch.equal(again.rows.seed, STATE.rows.seed)
