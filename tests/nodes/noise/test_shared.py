"""Noise with a base that the rows share."""

from __future__ import annotations

import pytest
import torch

from nodes.noise.gaussian import gaussian
from nodes.noise.shared import shared


def test_rows_have_the_correlation_that_is_set_and_each_is_normal() -> None:
    x = shared(share=0.7, count=4, seed=3, shape=(20000,)).x.double()
    assert torch.allclose(x.cov(), 0.7 + 0.3 * torch.eye(4).double(), atol=0.04)
    assert float(x.mean().abs()) < 0.03


def test_without_a_share_it_is_gaussian_noise_and_with_all_of_it_rows_are_one() -> None:
    assert torch.equal(shared(share=0, seed=5, shape=(3,)).x, gaussian(seed=5, shape=(3,)).x)
    x = shared(share=1, seed=5, shape=(3,)).x
    assert torch.equal(x, x[:1].expand_as(x))
    assert not torch.equal(x[0], gaussian(seed=5, shape=(3,)).x[0])


@pytest.mark.parametrize("share", [0.2, 0.9])
def test_a_row_is_the_same_in_every_batch(share: float) -> None:
    many, one = shared(share=share, count=6, shape=(2,)), shared(share=share, count=1, first=4, shape=(2,))
    assert torch.equal(many.x[4:5], one.x)
