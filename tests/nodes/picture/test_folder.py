"""All pictures of a folder: which, in which order, of what size, and what is told where there are none."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PIL import Image as Pillow

from graphs.errors import InputError
from nodes.picture.folder import folder


@pytest.fixture
def album(tmp_path: Path) -> Path:
    for name, colour in (("b.png", "blue"), ("a.JPG", "red"), ("c.webp", "lime"), (".hidden.png", "black")):
        kind = {"jpg": "JPEG"}.get(name.lower().rsplit(".", 1)[-1])
        Pillow.new("RGB", (30, 10), colour).save(
            tmp_path / name, kind, **({"lossless": True} if "webp" in name else {})
        )
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "inside").mkdir()
    return tmp_path


def test_pictures_come_in_the_order_of_their_names_and_nothing_else_does(album: Path) -> None:
    pixels = folder(folder=album, width=4, height=6).pixels
    assert pixels.shape == (3, 6, 4, 3)
    expected = torch.tensor([[254, 0, 0], [0, 0, 255], [0, 255, 0]])
    torch.testing.assert_close(pixels[:, 3, 2].long(), expected, atol=4, rtol=0)


def test_what_is_transparent_is_laid_on_the_background(tmp_path: Path) -> None:
    Pillow.new("RGBA", (8, 8), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    assert folder(folder=tmp_path, width=2, height=2, background="#102030").pixels[0, 0, 0].tolist() == [16, 32, 48]


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no pictures"):
        folder(folder=tmp_path)


def test_more_pictures_than_wanted_are_refused(album: Path) -> None:
    with pytest.raises(InputError, match="1 to 2"):
        folder(folder=album, most=2)


def test_no_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no folder is chosen"):
        folder()
