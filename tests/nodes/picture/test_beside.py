"""Before and after."""

from __future__ import annotations

import pytest
import torch

from graphs import InputError
from nodes.contracts.media import Image
from nodes.picture.beside import beside
from tests.nodes.contracts.sweeping import noise


def test_each_picture_stands_left_of_its_partner() -> None:
    before, after = noise(0, 5, 7, 3, count=2), noise(1, 5, 7, 3, count=2)
    both = beside(before, after).pixels
    assert torch.equal(both[:, :, :7], before.pixels)
    assert torch.equal(both[:, :, 7:], after.pixels)


def test_an_only_picture_stands_beside_all() -> None:
    one, many = noise(0, 5, 7, 3), noise(1, 5, 7, 3, count=3)
    assert torch.equal(beside(one, many).pixels[2, :, :7], one.pixels[0])
    assert torch.equal(beside(many, one).pixels[2, :, 7:], one.pixels[0])


@pytest.mark.parametrize("shape", [(2, 5, 6, 3), (2, 5, 7, 1), (3, 5, 7, 3)])
def test_pictures_of_another_size_or_count_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="beside each other"):
        beside(noise(0, 5, 7, 3, count=2), Image(torch.zeros(shape, dtype=torch.uint8)))
