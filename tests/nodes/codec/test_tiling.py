"""Tiles cover the picture, fade into each other, and together give what the whole gives where the overlap is enough."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from nodes.codec.tiling import Tiling, tiled


def numbers(height: int, width: int) -> Tensor:
    return torch.randn(2, 1, height, width, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


def blurred(x: Tensor) -> Tensor:
    """Each value with its neighbours as far as 2, with nothing beyond the edge."""
    return functional.conv2d(x, torch.ones(1, 1, 5, 5, dtype=x.dtype), padding=2)


@pytest.mark.parametrize(
    ("length", "spans"),
    [
        (7, [(0, 7)]),
        (8, [(0, 8)]),
        (9, [(0, 8), (1, 9)]),
        (13, [(0, 8), (5, 13)]),
        (20, [(0, 8), (5, 13), (10, 18), (12, 20)]),
    ],
)
def test_tiles_go_from_one_end_to_the_other(length: int, spans: list[tuple[int, int]]) -> None:
    assert Tiling(8, 3, 1).spans(length) == spans


@pytest.mark.parametrize("overlap", [1, 2, 5, 8])
def test_weights_of_neighbours_add_up_to_one_across_the_overlap(overlap: int) -> None:
    tiling = Tiling(16, overlap, 2)
    left, right = (tiling.weights(span, 32 - overlap, 3) for span in tiling.spans(32 - overlap))
    torch.testing.assert_close(left[-3 * overlap :] + right[: 3 * overlap], torch.ones(3 * overlap).double())
    assert left[: -3 * overlap].eq(1).all()


def test_what_lies_within_the_reach_of_an_inner_side_counts_nothing() -> None:
    weights = Tiling(16, 5, 2).weights((0, 16), 27, 1)
    assert weights[-2:].tolist() == [0, 0]
    assert weights[:-2].gt(0).all()


@pytest.mark.parametrize("size", [(8, 8), (9, 30), (27, 8), (23, 41)])
def test_tiles_give_what_the_whole_gives_where_the_overlap_is_more_than_twice_the_reach(size: tuple[int, int]) -> None:
    x = numbers(*size)
    torch.testing.assert_close(tiled(blurred, x, Tiling(11, 5, 2), 1, 1), blurred(x))


def test_with_a_smaller_overlap_they_do_not() -> None:
    x = numbers(30, 30)
    assert not torch.allclose(tiled(blurred, x, Tiling(11, 3, 2), 1, 1), blurred(x), atol=0.1)


def test_cells_may_be_of_other_sizes_before_and_after() -> None:
    x = numbers(24, 36)
    pooled = tiled(lambda part: functional.avg_pool2d(part, 4), x, Tiling(4, 2, 0), 4, 1)
    torch.testing.assert_close(pooled, functional.avg_pool2d(x, 4))
    grown = tiled(lambda part: part.repeat_interleave(2, 2).repeat_interleave(2, 3), x, Tiling(8, 0, 0), 1, 2)
    torch.testing.assert_close(grown, x.repeat_interleave(2, 2).repeat_interleave(2, 3))


def test_gradients_of_tiles_are_those_of_the_whole() -> None:
    x, weights = numbers(20, 20).requires_grad_(), numbers(20, 20)
    (whole,) = torch.autograd.grad((weights * blurred(x)).sum(), x)
    (parts,) = torch.autograd.grad((weights * tiled(blurred, x, Tiling(11, 5, 2), 1, 1)).sum(), x)
    torch.testing.assert_close(parts, whole)
