"""A plain function as a reward."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.reward import score
from nodes.reward.function import scored_by
from tests.nodes.gaussian import context
from tests.nodes.reward.points import clean, pictures


def contrast(x: Tensor) -> Tensor:
    """The standard deviation of each row."""
    return x.flatten(1).std(1)


def test_the_function_scores_the_points() -> None:
    ctx = context()
    assert torch.equal(score(scored_by(contrast), clean(pictures()), ctx), contrast(pictures()))
    assert ctx.meter.rewards == 3


def test_gradients_flow_only_where_it_is_differentiable() -> None:
    x = pictures().requires_grad_()
    assert score(scored_by(contrast, differentiable=True), clean(x), context()).requires_grad
    assert not score(scored_by(contrast), clean(x), context()).requires_grad


def test_it_reads_the_points_that_it_names() -> None:
    with pytest.raises(InputError, match="another kind of points"):
        score(scored_by(contrast), clean(pictures(), "plane"), context())
    assert len(score(scored_by(contrast, space="any"), clean(pictures(), "plane"), context())) == 3


def test_noised_points_are_refused_where_a_reward_reads_clean_ones() -> None:
    """A program whose levels do not end at data is found at its first score."""
    noised = replace(clean(pictures()), s=torch.tensor([0.0, 0.5, 0.0], dtype=torch.float64))
    with pytest.raises(InputError, match="clean points only"):
        score(scored_by(contrast), noised, context())


def test_rewards_are_the_same_where_the_function_and_what_it_closes_over_are() -> None:
    def scaled(factor: float) -> str:
        return scored_by(lambda x: factor * contrast(x)).digest

    assert scaled(2.0) == scaled(2.0) != scaled(3.0)


def test_what_is_no_tensor_is_refused_with_the_shape_that_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    reward = scored_by(contrast)
    monkeypatch.setattr(reward, "function", lambda x: float(x.mean()))
    with pytest.raises(InputError, match="no tensor") as caught:
        score(reward, clean(pictures()), context())
    assert (caught.value.given, caught.value.allowed) == ("float", "a tensor of shape [3], one number for each row")
