"""Pictures of another size."""

from __future__ import annotations

from typing import get_args

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from graphs import InputError
from nodes.codec.haar import haar
from nodes.contracts.codec import to_latents
from nodes.contracts.media import Image
from nodes.picture.resize import Fit, Method, resize
from nodes.picture.sample import sample
from tests.nodes.gaussian import context

METHODS: tuple[Method, ...] = get_args(Method)
FITS: tuple[Fit, ...] = get_args(Fit)


def noise(height: int, width: int, channels: int = 3) -> Tensor:
    return torch.randint(
        0, 256, (2, height, width, channels), dtype=torch.uint8, generator=torch.Generator().manual_seed(3)
    )


def size(image: Image) -> tuple[int, int]:
    """Width and height."""
    return image.pixels.shape[2], image.pixels.shape[1]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_every_way_gives_the_size_and_leaves_one_colour_alone(method: Method, fit: Fit, channels: int) -> None:
    plain = torch.full((2, 6, 9, channels), 77, dtype=torch.uint8)
    if channels == 4:
        plain[..., 3] = 255
    found = resize(Image(plain), width=12, height=4, method=method, fit=fit).pixels
    assert found.shape == (2, 4, 12, channels)
    middle = found[:, 1:3, 5:7]
    assert bool((middle[..., :3] == 77).all())
    if fit != "pad":
        assert bool((found[..., :3] == 77).all())


def test_an_area_is_the_mean_of_what_it_covers() -> None:
    pixels = noise(8, 12)
    found = resize(Image(pixels), width=3, height=2, method="area").pixels
    mean = functional.avg_pool2d(pixels.permute(0, 3, 1, 2).double(), 4).permute(0, 2, 3, 1)
    assert float((found.double() - mean).abs().max()) <= 1, "rounded twice, along each side"


def test_nearest_invents_no_colour_and_repeats_whole_pixels() -> None:
    pixels = noise(3, 4)
    found = resize(Image(pixels), width=12, method="nearest").pixels
    assert torch.equal(found, pixels.repeat_interleave(3, 1).repeat_interleave(3, 2))


@pytest.mark.parametrize("method", ["lanczos", "bicubic", "bilinear"])
def test_smooth_methods_agree_with_the_known_ones(method: Method) -> None:
    """torch's antialiased ones have the same kernels; lanczos is held against the bicubic one."""
    ramp = torch.arange(16, dtype=torch.uint8)[None, None, :, None].expand(1, 8, -1, 3) * 16
    found = resize(Image(ramp.contiguous()), width=8, height=4, method=method, fit="stretch").pixels
    mode = "bicubic" if method == "lanczos" else method
    x = ramp.permute(0, 3, 1, 2).double()
    expected = functional.interpolate(x, (4, 8), mode=mode, antialias=True, align_corners=False).permute(0, 2, 3, 1)
    assert float((found.double() - expected).abs().max()) < (4 if method == "lanczos" else 1.01)


def test_a_crop_fills_the_size_and_keeps_the_middle() -> None:
    pixels = noise(4, 10)
    found = resize(Image(pixels), width=4, height=4, fit="crop", method="nearest").pixels
    assert torch.equal(found, pixels[:, :, 3:7])


def test_a_pad_keeps_all_on_the_background() -> None:
    pixels = noise(4, 8)
    found = resize(Image(pixels), width=8, height=8, fit="pad", background="#102030").pixels
    assert torch.equal(found[:, 2:6], pixels)
    assert bool((found[:, :2] == torch.tensor([16, 32, 48])).all())
    grown = resize(Image(noise(4, 8, 4)), width=8, height=8, fit="pad").pixels
    assert bool((grown[:, 6:, :, 3] == 0).all()), "what is added to a picture with alpha is transparent"


def test_colours_that_are_not_seen_do_not_shine_through() -> None:
    pixels = torch.zeros(1, 2, 2, 4, dtype=torch.uint8)
    pixels[0, :, 0] = torch.tensor([0, 0, 200, 255])
    pixels[0, :, 1, 0] = 255  # red, and transparent
    red, green, blue, alpha = resize(Image(pixels), width=1, height=1, method="area").pixels[0, 0, 0].tolist()
    assert (red, green, alpha) == (0, 0, 128)
    assert abs(blue - 200) <= 1


def test_one_side_alone_keeps_the_shape() -> None:
    image = Image(noise(30, 40))
    assert size(resize(image, width=20)) == (20, 15)
    assert size(resize(image, height=60)) == (80, 60)
    assert size(resize(image, width=20, multiple_of=8)) == (16, 8)
    assert size(resize(image, multiple_of=16)) == (32, 16), "its own size, lowered"


def test_its_own_size_changes_no_bit() -> None:
    image = Image(noise(5, 7))
    assert torch.equal(resize(image).pixels, image.pixels)


def test_the_size_is_that_of_a_picture_or_of_a_sample() -> None:
    like = Image(noise(6, 4))
    assert size(resize(Image(noise(9, 9)), like)) == (4, 6)
    assert size(resize(Image(noise(9, 9)), sample(like))) == (4, 6)


def test_latents_do_not_say_how_large_a_picture_is() -> None:
    latents = to_latents(haar(), sample(Image(noise(8, 8))), context())
    with pytest.raises(InputError, match="only pixels"):
        resize(Image(noise(9, 9)), latents)


def test_sizes_that_cannot_be_are_refused() -> None:
    with pytest.raises(InputError, match="nothing is left"):
        resize(Image(noise(9, 9)), width=7, multiple_of=8)
    with pytest.raises(InputError, match="too large"):
        resize(Image(noise(9, 9)), width=16384, height=16384)
