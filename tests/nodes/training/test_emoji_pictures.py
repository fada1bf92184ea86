"""Emoji are laid on white, and moved and repainted without harm."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PIL import Image

from graphs.errors import InputError
from nodes.contracts.rows import Rows
from nodes.training.emoji_pictures import colourfulness, draw, read_picture, repaint, varied

UPRIGHT = torch.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])


def test_what_is_transparent_becomes_white_and_what_is_half_so_is_mixed(tmp_path: Path) -> None:
    picture = Image.new("RGBA", (128, 128), (0, 0, 0, 0))
    picture.paste((255, 0, 0, 255), (0, 0, 64, 128))
    picture.paste((0, 0, 0, 128), (0, 64, 64, 128))
    picture.save(tmp_path / "one.png")
    kept = read_picture(tmp_path / "one.png")
    assert kept.shape == (3, 64, 64)
    assert kept[:, 10, 40].tolist() == [255, 255, 255]
    assert kept[:, 10, 10].tolist() == [255, 0, 0]
    assert kept[:, 50, 10].tolist() == [127, 127, 127]


def test_a_file_that_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "one.png").write_text("words")
    with pytest.raises(InputError, match="cannot be read"):
        read_picture(tmp_path / "one.png")


def test_an_upright_picture_is_the_mean_of_two_by_two_pixels() -> None:
    kept = torch.randint(0, 256, (1, 3, 64, 64), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    means = kept.float().reshape(1, 3, 32, 2, 32, 2).mean((3, 5))
    torch.testing.assert_close(draw(kept, UPRIGHT), means / 127.5 - 1, atol=1e-4, rtol=0)


def test_a_moved_picture_is_white_where_nothing_was() -> None:
    aside = UPRIGHT + torch.tensor([[[0.0, 0.0, 1.0], [0.0, 0.0, 0.0]]])  # by half a picture
    drawn = draw(torch.zeros(1, 3, 64, 64, dtype=torch.uint8), aside)
    assert drawn[..., :16].eq(-1).all()
    assert drawn[..., 17:].eq(1).all()


def test_pictures_placed_at_random_keep_most_of_what_they_show() -> None:
    kept = torch.full((64, 3, 64, 64), 255, dtype=torch.uint8)
    kept[:, :, 8:56, 8:56] = 0  # 576 drawn pixels
    rows = Rows.first(0, 64)
    drawn = draw(kept, varied(rows, 0))
    black = (1 - drawn).sum((2, 3))[:, 0] / 2
    assert black.max() <= 577
    assert black.min() >= 576 / 1.12**2 - 1
    assert drawn.min() >= -1
    assert drawn.max() <= 1


def test_a_placing_is_a_function_of_the_seed_and_the_step() -> None:
    rows = Rows.first(0, 4)
    assert torch.equal(varied(rows, 3), varied(rows, 3))
    assert not torch.equal(varied(rows, 3), varied(rows, 4))


def test_repainting_replaces_full_colours_and_leaves_white_grey_and_black() -> None:
    red, pale, greys = [1.0, -1.0, -1.0], [1.0, 0.0, 0.0], [[value] * 3 for value in (-1.0, 0.25, 1.0)]
    pixels = torch.tensor([red, pale, *greys]).T[None, :, None]
    blue = repaint(pixels, torch.tensor([[0.0, 0.5, 1.0]]))[0, :, 0].T
    assert blue.tolist() == [[-1.0, 0.0, 1.0], [0.0, 0.5, 1.0], *greys]


def test_colourfulness_is_none_for_grey_and_full_for_pure_red() -> None:
    kept = torch.full((2, 3, 4, 4), 90, dtype=torch.uint8)
    kept[1] = torch.tensor([255, 0, 0], dtype=torch.uint8)[:, None, None]
    assert colourfulness(kept).tolist() == [0.0, 1.0]


def test_a_small_picture_is_made_larger_smoothly_for_a_larger_drawing(tmp_path: Path) -> None:
    picture = Image.new("RGBA", (64, 64), "white")
    picture.paste((0, 0, 0, 255), (0, 0, 32, 64))
    picture.save(tmp_path / "one.png")
    kept = read_picture(tmp_path / "one.png", 64)
    assert kept.shape == (3, 128, 128)
    assert kept[0, 64, :60].eq(0).all()
    assert kept[0, 64, 68:].eq(255).all()
    assert 0 < kept[0, 64, 63] < 128 < kept[0, 64, 64] < 255
    assert draw(kept[None], UPRIGHT).shape == (1, 3, 64, 64)
