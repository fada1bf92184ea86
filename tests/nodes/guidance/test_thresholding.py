"""Static and dynamic thresholding, against its definition and diffusers'."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from nodes.contracts.asking import predict
from nodes.contracts.context import Context
from nodes.contracts.model import Leaf
from nodes.contracts.query import Prediction, Query
from nodes.contracts.space import Space
from nodes.guidance.thresholding import ranked, thresholding
from tests.nodes.gaussian import context, query
from tests.oracles import Oracle


class Given(Leaf):
    """Answers ten times the question's x, with an ε of its own."""

    space = Space("pixels", (3, 4, 4))

    def cost(self, s: float) -> float:
        """One row."""
        return 1

    def predict(self, q: Query, ctx: Context) -> Prediction:
        """10 x."""
        return Prediction(10 * q.x, q.x)


def points() -> Tensor:
    """Rows of unlike size, the last within the range."""
    x = torch.randn(4, 3, 4, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    return x * torch.tensor([1.0, 0.3, 0.1, 0.001], dtype=torch.float64).reshape(-1, 1, 1, 1)


def test_static_clips_to_the_limit() -> None:
    answer = predict(thresholding(Given(), kind="static", limit=1.5), query(points(), 1.0), context())
    assert torch.equal(answer.x0, (10 * points()).clamp(-1.5, 1.5))
    assert answer.eps is None


def test_dynamic_brings_each_row_within_the_limit_by_its_own_percentile() -> None:
    x0 = predict(thresholding(Given(), percentile=0.9), query(points(), 1.0), context()).x0
    for row, value in enumerate(10 * points()):
        reach = max(1.0, float(torch.quantile(value.abs().flatten(), 0.9)))
        torch.testing.assert_close(x0[row], value.clamp(-reach, reach) / reach)
        alone = predict(thresholding(Given(), percentile=0.9), query(points()[row : row + 1], 1.0), context()).x0
        assert torch.equal(alone[0], x0[row])
    assert torch.equal(x0[3], 10 * points()[3])  # within the range nothing changes


def test_without_a_limit_it_is_the_model() -> None:
    model = Given()
    assert thresholding(model, limit=math.inf) is model


@pytest.mark.parametrize("most", [1.0, 2.5, 100.0])
def test_dynamic_is_that_of_diffusers(most: float, oracle: Oracle) -> None:
    make: Callable[..., object] = importlib.import_module("diffusers").DDIMScheduler
    theirs = make(thresholding=True, dynamic_thresholding_ratio=0.95, sample_max_value=most)
    threshold: Callable[[Tensor], Tensor] = getattr(theirs, "_threshold_sample")  # noqa: B009 - a name of theirs
    model = thresholding(Given(), percentile=0.95, sample_max_value=most)
    found = predict(model, query(points(), 1.0), context()).x0
    off = float((found - threshold(10 * points())).abs().max())
    oracle("guidance.thresholding", "dynamic thresholding of diffusers", off, 1e-12)


def test_ranks_are_linear_between_values() -> None:
    values = torch.tensor([[3.0, 1.0, 2.0, 0.0]], dtype=torch.float64)
    assert [float(ranked(values, share)) for share in (0.5, 0.75, 1.0)] == [1.5, 2.25, 3.0]
