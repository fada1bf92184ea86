"""Pictures from files, whole and broken."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as Pillow
from torch import Tensor

from graphs import InputError
from graphs.home import assets_folder
from nodes.picture.load import load
from nodes.picture.pillow import check_pixels

RED, BLUE = (255, 0, 0), (0, 0, 255)


def saved(folder: Path, picture: Pillow.Image, name: str = "picture.png", **options: int | Pillow.Exif) -> Path:
    path = folder / name
    picture.save(path, None, **options)
    return path


def two(mode: str = "RGB") -> Pillow.Image:
    """Red on the left, blue on the right."""
    picture = Pillow.new("RGB", (2, 1), RED)
    picture.putpixel((1, 0), BLUE)
    return picture.convert(mode)


def header(width: int, height: int) -> bytes:
    """A PNG that says that it is so large, and holds nothing."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"")
    chunks = (struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part)) for part in (body, data))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def test_the_pixels_are_those_of_the_file(tmp_path: Path) -> None:
    for name in ("a.png", "b.webp"):
        found = load(file=saved(tmp_path, two(), name, lossless=True)).pixels
        assert found.tolist() == [[[list(RED), list(BLUE)]]]


def test_a_jpeg_is_read_and_cmyk_becomes_rgb(tmp_path: Path) -> None:
    picture = Pillow.new("CMYK", (8, 8), (0, 255, 255, 0))
    found = load(file=saved(tmp_path, picture, "a.jpg", quality=95)).pixels
    assert found.shape == (1, 8, 8, 3)
    assert bool((found.int() - torch.tensor(RED)).abs().max() < 4)


@pytest.mark.parametrize(("mode", "expected"), [("L", [100, 200]), ("I;16", [100, 200]), ("1", [0, 255])])
def test_grey_stays_one_channel(tmp_path: Path, mode: str, expected: list[int]) -> None:
    if mode == "I;16":
        picture = Pillow.fromarray((np.array([[100, 200]]) * 257).astype(np.uint16))
    else:
        picture = Pillow.fromarray(np.array([[100, 200]], dtype=np.uint8)).convert(mode, dither=Pillow.Dither.NONE)
    found = load(file=saved(tmp_path, picture)).pixels
    assert found.shape == (1, 1, 2, 1)
    assert found.flatten().tolist() == expected


def transparent() -> Pillow.Image:
    """Nothing on the left, half a blue on the right."""
    picture = Pillow.new("RGBA", (2, 1), (255, 0, 0, 0))
    picture.putpixel((1, 0), (0, 0, 255, 128))
    return picture


def test_what_is_transparent_lies_on_the_background(tmp_path: Path) -> None:
    path = saved(tmp_path, transparent())
    assert load(file=path).pixels.tolist() == [[[[255, 255, 255], [127, 127, 255]]]]
    assert load(file=path, background="#00ff00").pixels[0, 0, 0].tolist() == [0, 255, 0]


def test_alpha_is_kept_when_it_is_wanted(tmp_path: Path) -> None:
    found = load(file=saved(tmp_path, transparent()), alpha="keep").pixels
    assert found.tolist() == [[[[255, 0, 0, 0], [0, 0, 255, 128]]]]
    assert load(file=saved(tmp_path, two()), alpha="keep").pixels.shape[-1] == 3, "none is made up"


def test_a_palette_with_a_transparent_colour_is_read(tmp_path: Path) -> None:
    picture = two().quantize(2)
    clear = picture.getpixel((0, 0))
    found = load(file=saved(tmp_path, picture, transparency=int(str(clear))), alpha="keep").pixels
    assert found[0, 0, :, 3].tolist() == [0, 255]
    assert found[0, 0, 1, :3].tolist() == list(BLUE)


def test_a_photo_is_turned_as_its_exif_says(tmp_path: Path) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6  # to be turned clockwise by a quarter
    found = load(file=saved(tmp_path, two(), exif=exif)).pixels
    assert found.tolist() == [[[list(RED)], [list(BLUE)]]]


def test_of_an_animation_it_is_the_first_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.webp"
    two().save(path, save_all=True, append_images=[Pillow.new("RGB", (2, 1), "white")], lossless=True)
    assert load(file=path).pixels.tolist() == [[[list(RED), list(BLUE)]]]


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n", b"GIF89a" + b"\0" * 20])
def test_what_is_no_picture_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.png"
    path.write_bytes(content)
    with pytest.raises(InputError, match="cannot be read") as caught:
        load(file=path)
    assert caught.value.where == "broken.png"


def test_a_file_that_is_cut_off_is_told(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    for name in ("a.png", "b.jpg", "c.webp"):
        path = saved(tmp_path, Pillow.fromarray(noise), name)
        path.write_bytes(path.read_bytes()[:-200])
        with pytest.raises(InputError, match="cannot be read"):
            load(file=path)


@pytest.mark.parametrize("side", [8193, 9500, 20000, 100000])
def test_a_bomb_is_found_before_it_is_unpacked(tmp_path: Path, side: int) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(header(side, side))
    with pytest.raises(InputError, match="too large"):
        load(file=path)
    check_pixels(8192, 8192, "here")


def test_the_picture_that_comes_along_is_a_small_drawing() -> None:
    pixels: Tensor = load(file=assets_folder() / "pictures" / "drawing.png").pixels
    assert pixels.shape == (1, 64, 64, 3)
    assert 0.05 < float((pixels < 128).float().mean()) < 0.3, "ink on paper"
