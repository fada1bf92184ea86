"""Pictures as results, read back with another library's eyes."""

from __future__ import annotations

import io

import pytest
import torch
from PIL import Image as Pillow

from graphs import InputError
from nodes.contracts.media import Image
from nodes.output.picture import picture, sheet


def test_enlarging_repeats_pixels() -> None:
    pixels = torch.arange(4, dtype=torch.uint8).reshape(1, 2, 2, 1)
    enlarged = picture(Image(pixels), enlarge=2).pixels
    assert enlarged[0, :, :, 0].tolist() == [[0, 0, 1, 1], [0, 0, 1, 1], [2, 2, 3, 3], [2, 2, 3, 3]]


def test_a_sheet_lays_pictures_out_in_rows() -> None:
    pixels = torch.arange(3, dtype=torch.uint8).reshape(3, 1, 1, 1)
    page = sheet(Image(pixels), columns=2).pixels[0, :, :, 0]
    assert page.shape == (5, 5)
    assert [int(page[1, 1]), int(page[1, 3]), int(page[3, 1])] == [0, 1, 2]
    assert int(page[0, 0]) == 128


@pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (3, "RGB"), (4, "RGBA")])
def test_files_are_pngs_of_the_same_pixels(channels: int, mode: str) -> None:
    pixels = torch.randint(0, 256, (2, 3, 5, channels), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    files = Image(pixels).files()
    assert [file.suffix for file in files] == [".png", ".png"]
    with Pillow.open(io.BytesIO(files[1].content)) as opened:
        assert (opened.mode, opened.size) == (mode, (5, 3))
        assert list(opened.tobytes()) == pixels[1].flatten().tolist()


def test_a_side_beyond_reason_is_refused() -> None:
    with pytest.raises(InputError, match="too large"):
        picture(Image(torch.zeros(1, 2000, 1, 1, dtype=torch.uint8)), enlarge=32)
