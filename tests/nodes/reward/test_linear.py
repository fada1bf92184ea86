"""The linear reward."""

from __future__ import annotations

import pytest
import torch

from graphs import InputError
from nodes.contracts.reward import score
from nodes.reward.linear import linear
from tests.nodes.gaussian import context
from tests.nodes.reward.points import clean
from tests.oracles import Oracle


def test_it_is_the_inner_product_and_its_gradient_the_direction(oracle: Oracle) -> None:
    x = torch.tensor([[1.0, 2.0], [3.0, -4.0]], dtype=torch.float64, requires_grad=True)
    scores = score(linear(direction=(0.5, 2.0)), clean(x, "plane"), context())
    apart = scores - torch.tensor([4.5, -6.5], dtype=torch.float64)
    oracle("reward.linear", "inner products by hand", float(apart.detach().abs().max()), 0.0)
    (gradient,) = torch.autograd.grad(scores.sum(), x)
    assert gradient.tolist() == [[0.5, 2.0]] * 2


def test_one_number_serves_all_coordinates() -> None:
    assert score(linear(direction=(2.0,)), clean(torch.ones(1, 3, 2), "plane"), context()).tolist() == [12.0]


def test_a_direction_of_another_length_is_refused_with_the_right_one() -> None:
    with pytest.raises(InputError) as caught:
        score(linear(direction=(1.0, 2.0)), clean(torch.ones(1, 3), "plane"), context())
    assert caught.value.mend == "give 3 numbers"
