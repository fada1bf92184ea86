"""Batches of pictures, named, below each other."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.media import Image, sheet
from nodes.picture.compare import compare
from tests.nodes.contracts.sweeping import noise

FIRST, SECOND = noise(0, 24, 32, 3, count=3), noise(1, 24, 32, 3, count=2)


def places(whole: Tensor, part: Tensor) -> list[tuple[int, int]]:
    """Where a picture lies on another."""
    high, wide = part.shape[:2]
    windows = whole.unfold(0, high, 1).unfold(1, wide, 1)
    same = (windows == part.permute(2, 0, 1)).flatten(2).all(-1)
    return [(int(row), int(column)) for row, column in same.nonzero().tolist()]


@pytest.mark.parametrize("enlarge", [1, 2])
def test_each_batch_is_a_row_and_the_rows_keep_the_order_of_the_wires(enlarge: int) -> None:
    whole = compare((FIRST, SECOND), names="one\ntwo", enlarge=enlarge).pixels[0]
    found = []
    for image in (FIRST, SECOND):
        row = sheet(image.pixels, len(image.pixels), 1)
        found += places(whole, row.repeat_interleave(enlarge, 0).repeat_interleave(enlarge, 1))
    assert len(found) == 2
    assert found[0][0] < found[1][0]


def test_names_stand_left_of_the_pictures() -> None:
    named, other = (compare((FIRST,), names=name).pixels[0] for name in ("DDNM", "DPS"))
    assert named.shape[0] == other.shape[0]
    assert not torch.equal(named[:, : other.shape[1]], other)


def test_grey_and_coloured_pictures_stand_on_one() -> None:
    assert compare((FIRST, noise(2, 24, 32, 1))).pixels.shape[-1] == 3


def test_more_names_than_batches_are_refused() -> None:
    with pytest.raises(InputError, match="more names"):
        compare((Image(FIRST.pixels),), names="a\nb")
