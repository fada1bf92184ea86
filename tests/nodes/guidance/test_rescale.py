"""CFG with its contrast taken back (arXiv:2305.08891)."""

from __future__ import annotations

import pytest
import torch

from nodes.contracts.asking import predict
from nodes.guidance.cfg import cfg
from tests.nodes.gaussian import Gaussian, context, means, query
from tests.oracles import Oracle

X = torch.randn(4, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(2))


def guided(rescale: float, scale: float = 5.0, s: float = 1.0) -> torch.Tensor:
    model = cfg(Gaussian(variance=0.5), means(1.0), means(-2.0), guidance_scale=scale, guidance_rescale=rescale)
    return predict(model, query(X, s), context()).x0


def test_wholly_rescaled_each_row_has_the_deviation_of_the_positive(oracle: Oracle) -> None:
    positive = guided(0.0, scale=1.0)
    far = (guided(1.0).std(1) / positive.std(1) - 1).abs().max()
    oracle("guidance.cfg", "rescaled by 1, each row has the deviation of the positive", float(far), 1e-6)


def test_not_rescaled_it_is_plain_guidance_bitwise() -> None:
    plain = cfg(Gaussian(variance=0.5), means(1.0), means(-2.0), guidance_scale=5.0)
    assert torch.equal(guided(0.0), predict(plain, query(X, 1.0), context()).x0)


def test_at_the_scale_1_it_is_the_positive() -> None:
    assert torch.equal(guided(0.7, scale=1.0), guided(0.0, scale=1.0))


@pytest.mark.parametrize("rescale", [0.3, 0.7])
def test_between_it_is_between(rescale: float) -> None:
    plain, whole = guided(0.0), guided(1.0)
    torch.testing.assert_close(guided(rescale), rescale * whole + (1 - rescale) * plain)
