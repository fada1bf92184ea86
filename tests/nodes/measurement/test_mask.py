"""What a mask hides."""

from __future__ import annotations

import pytest
import torch

from graphs import InputError
from nodes.contracts.media import Image
from nodes.contracts.operator import Operator
from nodes.contracts.rows import Rows
from nodes.measurement.mask import Region, mask
from tests.nodes.measurement.toys import clean

LIKE = clean(1, (2, 4, 6))
ROWS = Rows.first(0, 2)


def seen(operator: Operator) -> list[str]:
    """The first row's mask: what is seen of white."""
    white = operator.apply(torch.ones(2, 2, 4, 6), ROWS)
    assert torch.equal(white[:, 0], white[:, 1]), "channels share the mask"
    return ["".join("#" if place else "." for place in line) for line in white[0, 0].tolist()]


@pytest.mark.parametrize(
    ("hidden", "picture"),
    [
        ("left", ["...###"] * 4),
        ("right", ["###..."] * 4),
        ("top", ["......", "......", "######", "######"]),
        ("bottom", ["######", "######", "......", "......"]),
        ("border", ["......", ".###..", ".###..", "......"]),
        ("centre", ["######", "#...##", "#...##", "######"]),
    ],
)
def test_a_region_is_hidden(hidden: Region, picture: list[str]) -> None:
    assert seen(mask(LIKE, hidden=hidden)) == picture


def test_so_large_a_part_of_the_places_is_drawn_by_the_seed() -> None:
    def drawn(seed: int) -> str:
        return "".join(seen(mask(LIKE, hidden="random", fraction=0.25, seed=seed)))

    assert [drawn(seed).count(".") for seed in range(5)] == [6] * 5
    assert drawn(1) == drawn(1)
    assert len({drawn(seed) for seed in range(5)}) == 5


def test_what_is_white_on_a_mask_by_hand_is_hidden_and_rows_take_turns() -> None:
    pixels = torch.zeros(2, 4, 6, 3, dtype=torch.uint8)
    pixels[0, 0, :, 1] = 255
    pixels[1, :, 5] = 128
    operator = mask(LIKE, Image(pixels), hidden="left")
    assert seen(operator) == ["......", "######", "######", "######"]
    white = operator.apply(torch.ones(3, 2, 4, 6), Rows.first(0, 3))
    assert white[1, 0].tolist() == [[1, 1, 1, 1, 1, 0]] * 4
    assert torch.equal(white[2], white[0])


def test_a_mask_of_another_size_is_refused() -> None:
    with pytest.raises(InputError, match="another size") as caught:
        mask(LIKE, Image(torch.zeros(1, 6, 4, 1, dtype=torch.uint8)))
    assert (caught.value.given, caught.value.allowed) == ("4×6", "6×4")


def test_what_is_no_picture_has_no_places_to_hide() -> None:
    with pytest.raises(InputError, match="places of a picture"):
        mask(clean(1, (7,)))


def test_masks_are_the_same_where_they_hide_the_same() -> None:
    assert mask(LIKE, hidden="left").digest == mask(clean(3, (1, 4, 6)), hidden="left").digest
    assert mask(LIKE, hidden="left").digest != mask(LIKE, hidden="right").digest
