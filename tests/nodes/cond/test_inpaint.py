"""What a condition tells a checkpoint that inpaints."""

from __future__ import annotations

import pytest
import torch

from graphs import InputError
from graphs.running.context import Meter, RunContext
from nodes.cond.inpaint import inpaint, with_entry
from nodes.contracts.cond import Cond
from nodes.contracts.media import Image
from tests.laws.stand_ins import Doubling

TEXT = Cond({"context": torch.arange(2.0)[:, None]})


def test_the_mask_lies_before_the_latents_of_what_is_known() -> None:
    image = Image(torch.full((1, 4, 4, 3), 255, dtype=torch.uint8))
    white = torch.zeros(1, 4, 4, 1, dtype=torch.uint8)
    white[:, :2], white[:, 2] = 128, 127
    meter = Meter()
    entry = inpaint(TEXT, Doubling(), image, Image(white), run=RunContext(meter)).entries["concat"]
    anew = torch.tensor([1.0, 1.0, 0.0, 0.0])[:, None].expand(4, 4)
    assert torch.equal(entry, torch.stack([anew, *[2 * (1 - anew)] * 3])[None].expand(2, -1, -1, -1))
    assert meter.rows == 0


def test_texts_pictures_and_masks_take_turns_so_that_all_combinations_are_met() -> None:
    image = Image(torch.stack([torch.full((4, 4, 1), value) for value in (0, 127, 255)]).byte())
    mask = Image(torch.zeros(1, 4, 4, 1, dtype=torch.uint8))
    told = inpaint(TEXT, Doubling(), image, mask, run=RunContext(Meter()))
    assert len(told) == 6
    for row in range(6):
        assert float(told.entries["context"][row]) == row % 2
        grey = image.pixels[row % 3, 0, 0, 0] / 127.5 - 1
        assert torch.equal(told.entries["concat"][row, 1:], (2 * grey).expand(3, 4, 4))


def test_a_condition_is_told_one_picture_only() -> None:
    told = with_entry(TEXT, "concat", torch.zeros(1, 5, 2, 2))
    with pytest.raises(InputError, match="told a picture already"):
        with_entry(told, "concat", torch.zeros(1, 5, 2, 2))


def test_a_mask_of_another_shape_is_refused() -> None:
    image, mask = (Image(torch.zeros(1, side, 4, 3, dtype=torch.uint8)) for side in (4, 6))
    with pytest.raises(InputError, match="mask is of another shape"):
        inpaint(TEXT, Doubling(), image, mask, run=RunContext(Meter()))
