"""Rewards made of rewards."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.reward import Reward, score
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.reward.brightness import brightness
from nodes.reward.changed import affine, clip, constraint, negate, threshold
from nodes.reward.combined import maximum, minimum, product, weighted_sum
from nodes.reward.compared import rank, standardise
from nodes.reward.contrast import contrast
from nodes.reward.diversity import diversity
from nodes.reward.function import scored_by
from nodes.reward.linear import linear
from nodes.reward.quadratic import quadratic
from tests.nodes.gaussian import context
from tests.nodes.reward.points import clean, pictures
from tests.oracles import Oracle

X = torch.tensor([[1.0, 2.0], [-3.0, 0.5], [0.25, 0.25], [4.0, -4.0]], dtype=torch.float64)
A, B = linear(direction=(1.0, 0.5)), quadratic(point=(0.5,))


def scores(reward: Reward, x: Tensor = X) -> Tensor:
    """The scores of points of a plane."""
    return score(reward, clean(x, "plane"), context())


def test_they_are_what_their_formulas_say(oracle: Oracle) -> None:
    a, b = scores(A), scores(B)
    wanted = {
        "reward.weighted_sum": (weighted_sum((A, B), weights=(2.0, -0.5)), 2 * a - 0.5 * b),
        "reward.product": (product((A, B)), a * b),
        "reward.minimum": (minimum((A, B)), torch.minimum(a, b)),
        "reward.maximum": (maximum((A, B)), torch.maximum(a, b)),
        "reward.negate": (negate(A), -a),
        "reward.affine": (affine(A, scale=3.0, shift=-1.0), 3 * a - 1),
        "reward.clip": (clip(A, low=-1.0, high=1.5), a.clamp(-1, 1.5)),
        "reward.threshold": (threshold(A, threshold=0.375), (a >= 0.375).double()),
        "reward.constraint": (constraint(A, threshold=1.0), (a - 1).clamp(max=0)),
    }
    for name, (reward, expected) in wanted.items():
        oracle(name, "its formula, by the scores of its parts", float((scores(reward) - expected).abs().max()), 1e-12)
    assert torch.equal(scores(weighted_sum((A, B))), a + b)


def test_what_they_can_do_is_what_all_parts_can() -> None:
    rough = scored_by(lambda x: x[:, 0], space="any")
    assert "differentiable" in weighted_sum((A, B)).abilities
    assert "differentiable" not in weighted_sum((A, rough)).abilities
    assert "population" in minimum((A, diversity())).abilities
    assert "differentiable" not in threshold(A).abilities
    x = X.clone().requires_grad_()
    for reward in (
        weighted_sum((A, B)),
        product((A, B)),
        negate(B),
        clip(A, low=-2.4, high=1.9),
        constraint(A),
        standardise(A),
    ):
        assert torch.autograd.gradcheck(lambda at, asked=reward: scores(asked, at), (x,))


def test_the_parts_are_counted_and_the_whole_is_not() -> None:
    ctx = context()
    score(weighted_sum((A, negate(B))), clean(X, "plane"), ctx)
    assert ctx.meter.rewards == 2 * len(X)


def test_parts_on_one_space_make_a_reward_on_it_and_others_are_refused() -> None:
    assert weighted_sum((brightness(), A)).space == "pixels"
    assert len(score(weighted_sum((brightness(), contrast())), clean(pictures()), context())) == 3
    with pytest.raises(InputError, match="the same points"):
        weighted_sum((brightness(), scored_by(lambda x: x[:, 0], space="latents")))
    with pytest.raises(InputError, match="no reward"):
        product(())
    with pytest.raises(InputError, match="one weight for each"):
        weighted_sum((A, B), weights=(1.0,))
    with pytest.raises(InputError, match="low is above high"):
        clip(A, low=1.0, high=0.0)


def grouped(*values: float) -> Sample:
    """Rows of the origins 0, 1, 0, 1, … with these values."""
    x = torch.tensor(values, dtype=torch.float64)[:, None]
    rows = Rows(torch.arange(len(x)), torch.arange(len(x)) % 2)
    return Sample(x, torch.zeros(len(x), dtype=torch.float64), Space("plane", (1,)), rows)


def test_standardised_rewards_have_mean_0_and_deviation_1_in_every_origin(oracle: Oracle) -> None:
    sample = grouped(1.0, 100.0, 2.0, 300.0, 6.0, 800.0)
    found = score(standardise(linear()), sample, context())
    for origin in (0, 1):
        part = found[origin::2]
        apart = max(abs(float(part.mean())), abs(float(part.std(correction=0)) - 1))
        oracle("reward.standardise", "mean 0 and deviation 1 over the rows of an origin", apart, 1e-7)
    assert score(standardise(linear()), grouped(5.0), context()).tolist() == [0.0]
    other = score(standardise(affine(linear(), scale=7.0, shift=3.0)), sample, context())
    torch.testing.assert_close(other, found, rtol=1e-6, atol=1e-6)


def test_ranks_are_the_share_that_is_worse_whatever_the_scale(oracle: Oracle) -> None:
    sample = grouped(1.0, 3.0, 2.0, 3.0, 6.0, 1.0)
    found = score(rank(linear()), sample, context())
    wanted = torch.tensor([0.0, 0.75, 0.5, 0.75, 1.0, 0.0], dtype=torch.float64)
    oracle("reward.rank", "0 the worst, 1 the best, ties in the middle", float((found - wanted).abs().max()), 0.0)
    cubed = scored_by(lambda x: x[:, 0] ** 3, space="any")
    assert torch.equal(score(rank(cubed), sample, context()), found)
    assert score(rank(linear()), grouped(5.0), context()).tolist() == [0.5]


def test_a_reward_that_is_no_number_is_not_hidden() -> None:
    broken = scored_by(lambda x: torch.full((len(x),), math.nan, dtype=torch.float64), space="any")
    for reward in (threshold(broken), rank(broken), clip(broken, low=0.0, high=1.0), standardise(broken)):
        assert bool(scores(reward).isnan().all())
