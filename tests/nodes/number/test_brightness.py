"""Brightness."""

from __future__ import annotations

import pytest
import torch

from graphs import InputError
from nodes.contracts.media import Image
from nodes.number.brightness import brightness
from tests.nodes.contracts.sweeping import noise


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_black_is_0_and_white_is_1_whatever_alpha_says(channels: int) -> None:
    for tone, value in ((0, 0.0), (255, 1.0)):
        pixels = torch.full((2, 3, 5, channels), tone, dtype=torch.uint8)
        if channels == 4:
            pixels[..., 3] = 255 - tone
        assert brightness(Image(pixels)).value == value


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_it_is_the_mean_over_pictures_pixels_and_colours(channels: int) -> None:
    image = noise(0, 7, 9, channels, count=3)
    colours = image.pixels[..., :3].double() / 255
    assert brightness(image).value == pytest.approx(float(colours.mean()), rel=1e-12)


def test_a_negative_is_as_bright_as_the_picture_is_dark() -> None:
    image = noise(1, channels=3)
    assert brightness(Image(255 - image.pixels)).value == pytest.approx(1 - brightness(image).value)


def test_no_pixel_has_no_brightness() -> None:
    with pytest.raises(InputError, match="no pixel"):
        brightness(Image(torch.zeros(0, 4, 4, 3, dtype=torch.uint8)))
