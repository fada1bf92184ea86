"""The brightness of pictures as a reward."""

from __future__ import annotations

import pytest
import torch

from graphs import InputError
from nodes.contracts.reward import score
from nodes.reward.brightness import brightness
from tests.nodes.gaussian import context
from tests.nodes.reward.points import clean, pictures
from tests.oracles import Oracle


def test_white_is_one_and_black_is_nothing(oracle: Oracle) -> None:
    x = torch.tensor([-1.0, 0.0, 1.0])[:, None, None, None].expand(3, 1, 2, 2)
    apart = score(brightness(), clean(x), context()) - torch.tensor([0.0, 0.5, 1.0])
    oracle("reward.brightness", "black, grey and white by hand", float(apart.abs().max()), 0.0)
    assert score(brightness(aim="less"), clean(x), context()).tolist() == [0.0, -0.5, -1.0]
    assert score(brightness(aim="target", target=0.5), clean(x), context()).tolist() == [-0.5, 0.0, -0.5]


def test_its_gradient_is_the_finite_difference() -> None:
    x = pictures(1).requires_grad_()
    assert torch.autograd.gradcheck(lambda at: score(brightness(aim="target"), clean(at), context()), (x,))


def test_a_batch_in_another_order_is_scored_in_that_order() -> None:
    order = torch.tensor([2, 0, 1])
    scores = score(brightness(), clean(pictures()), context())
    assert torch.equal(score(brightness(), clean(pictures()[order]), context()), scores[order])


def test_points_that_are_no_pictures_are_refused() -> None:
    with pytest.raises(InputError, match="brightness is that of pictures"):
        score(brightness(), clean(torch.zeros(2, 5)), context())
    with pytest.raises(InputError, match="another kind of points"):
        score(brightness(), clean(pictures(), "latents"), context())
