"""Lettering: lines fit, say every letter, and lose no ink."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as draw

from nodes.contracts.lettering import Letters, wrapped, written

SMALL = Letters.of(12)
words = draw.text("aiW_.,jQ 0", max_size=40)


@given(draw.lists(words, min_size=1, max_size=4), draw.integers(20, 300))
def test_wrapped_lines_fit_and_hold_every_letter(parts: list[str], width: int) -> None:
    lines = wrapped(parts, width, SMALL)
    assert all(SMALL.width(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(", ".join(parts).split())


def test_a_label_that_fits_stays_on_one_line_and_its_parts_part_first() -> None:
    parts = ("guidance_scale 2.5", "seed 3")
    assert wrapped(parts, 1000, SMALL) == ("guidance_scale 2.5, seed 3",)
    assert wrapped(parts, 140, SMALL) == ("guidance_scale 2.5,", "seed 3")


@given(draw.lists(words, min_size=1, max_size=3), draw.sampled_from([12, 20, 41]))
def test_no_ink_is_lost_at_the_border(lines: list[str], size: int) -> None:
    letters = Letters.of(size)
    patch = written(lines, letters, "center")
    ink = [int((255 - written([line, "", ""], letters, "right").long()).sum()) for line in lines]
    assert patch.shape[1] == max(map(letters.width, lines))
    assert int((255 - patch.long()).sum()) == sum(ink)


@pytest.mark.parametrize("size", [12, 13, 20, 41, 64])
def test_letters_are_dark_on_white_and_as_high_as_told(size: int) -> None:
    patch = written(["Ag|jQ_"], Letters.of(size), "center")
    assert (int(patch.min()), int(patch.max())) == (32, 255)
    inked = (patch < 128).any(1).nonzero()
    assert 0.9 * size <= int(inked.max() - inked.min() + 1) <= 1.5 * size


def test_right_aligned_lines_end_together() -> None:
    patch = written(["W", "WWWW"], SMALL, "right")
    height = patch.shape[0] // 2
    ends = [int((half < 255).any(0).nonzero().max()) for half in (patch[:height], patch[height:])]
    assert ends[0] == ends[1]
    assert torch.equal(patch[:height, -3:], patch[height:, -3:])
