"""Masks, parts and negatives of pictures."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.media import Image
from nodes.measurement.mask import mask as hiding
from nodes.picture.crop import crop
from nodes.picture.invert import invert
from nodes.picture.mask import mask
from nodes.picture.sample import sample

COUNTING = Image(torch.arange(2 * 4 * 6 * 3, dtype=torch.uint8).reshape(2, 4, 6, 3))


def shown(image: Image) -> list[str]:
    """The first mask: # is white, . is black, + between."""
    marks = {0: ".", 255: "#"}
    return ["".join(marks.get(value, "+") for value in line) for line in image.pixels[0, ..., 0].tolist()]


def test_a_rectangle_is_where_it_is_said_to_be() -> None:
    found = mask(COUNTING, left=0.5, top=0.25, width=0.34, height=0.5)
    assert shown(found) == ["......", "...##.", "...##.", "......"]
    assert found.pixels.shape == (2, 4, 6, 1)
    assert shown(mask(COUNTING, left=0, top=0, width=1, height=1)) == ["######"] * 4
    assert shown(mask(COUNTING, width=0)) == ["......"] * 4


def test_an_ellipse_has_the_area_of_one() -> None:
    large = Image(torch.zeros(1, 200, 300, 1, dtype=torch.uint8))
    white = mask(large, source="ellipse", left=0.1, top=0.2, width=0.6, height=0.7).pixels.double().mean() / 255
    assert float(white) == pytest.approx(math.pi / 4 * 0.6 * 0.7, abs=2e-3)
    assert bool((mask(COUNTING, source="ellipse", width=0).pixels == 0).all())


def test_what_is_transparent_is_white() -> None:
    pixels = torch.zeros(1, 1, 5, 4, dtype=torch.uint8)
    pixels[..., 3] = torch.tensor([0, 127, 128, 200, 255])
    assert shown(mask(Image(pixels), source="alpha")) == ["##..."]
    by_degrees = mask(Image(pixels), source="alpha", threshold=None).pixels.flatten()
    assert by_degrees.tolist() == [255, 128, 127, 55, 0]


def test_pictures_without_alpha_have_no_mask_of_it() -> None:
    with pytest.raises(InputError, match="no alpha"):
        mask(COUNTING, source="alpha")


def test_what_is_bright_is_white() -> None:
    pixels = torch.tensor([[[[255, 255, 255], [0, 0, 0], [0, 255, 0], [255, 0, 0]]]], dtype=torch.uint8)
    assert shown(mask(Image(pixels), source="luminance")) == ["#.#."]
    assert shown(mask(Image(pixels), source="luminance", threshold=0.29)) == ["#.##"]
    assert mask(Image(pixels), source="luminance", threshold=None).pixels.flatten().tolist() == [255, 0, 150, 76]


def dot(by: int = 0, blur: float = 0.0) -> Tensor:
    """A dot of one pixel in the middle of 9 × 9, grown and blurred."""
    image = Image(torch.zeros(1, 9, 9, 1, dtype=torch.uint8))
    return mask(image, left=4 / 9, top=4 / 9, width=1 / 9, height=1 / 9, grow=by, blur=blur).pixels[0, ..., 0]


def test_a_mask_grows_and_shrinks_on_all_sides() -> None:
    assert [int((dot(by) > 0).sum()) for by in (0, 1, 2, 4, 100)] == [1, 9, 25, 81, 81]
    box = Image(torch.zeros(1, 9, 9, 1, dtype=torch.uint8))
    shrunk = mask(box, left=0, top=2 / 9, width=1, height=5 / 9, grow=-1)
    assert shown(shrunk) == ["........."] * 3 + ["#########"] * 3 + ["........."] * 3, "what is outside does not count"
    assert shown(mask(box, left=4 / 9, top=4 / 9, width=1 / 9, height=1 / 9, invert=True, grow=1)) == ["#########"] * 9


def test_a_blur_is_that_of_a_gaussian() -> None:
    blurred = dot(1, 1.0).double() / 255
    assert float(blurred.sum()) == pytest.approx(9, abs=0.1), "nothing is lost"
    assert torch.equal(blurred, blurred.T)
    assert torch.equal(blurred, blurred.flip(0))
    weights = torch.exp(-0.5 * torch.arange(-3, 4).double().square())
    line = torch.nn.functional.conv1d(torch.tensor([[[0.0] * 3 + [1.0] * 3 + [0.0] * 3]]).double(), weights[None, None])
    line = line.flatten() / weights.sum()
    assert float((blurred[3:6, 3:6] - line[:, None] * line).abs().max()) < 0.003
    assert bool((mask(COUNTING, left=0, top=0, width=1, height=1, blur=3).pixels == 255).all()), "edges go on outside"


def test_the_mask_of_a_picture_hides_what_is_white() -> None:
    drawn = mask(COUNTING, left=0, top=0.5, width=1, height=0.5)
    operator = hiding(sample(COUNTING), drawn)
    points = sample(COUNTING)
    seen = operator.apply(torch.ones_like(points.x), points.rows)
    assert seen[0, 0, :, 0].tolist() == [1, 1, 0, 0]


def test_a_part_is_cut_out() -> None:
    found = crop(COUNTING, left=2, top=1, width=3, height=2).pixels
    assert torch.equal(found, COUNTING.pixels[:, 1:3, 2:5])
    assert torch.equal(crop(COUNTING).pixels, COUNTING.pixels)
    assert crop(COUNTING, left=5, top=3).pixels.shape == (2, 1, 1, 3)


@pytest.mark.parametrize("part", [{"left": 6}, {"top": 4}, {"left": 4, "width": 3}, {"height": 5}])
def test_a_part_that_is_not_in_the_picture_is_refused(part: dict[str, int]) -> None:
    with pytest.raises(InputError, match="not in the picture"):
        crop(COUNTING, **part)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_negative_of_a_negative_is_the_picture(channels: int) -> None:
    image = Image(torch.arange(4 * channels, dtype=torch.uint8).reshape(1, 2, 2, channels) * 9)
    negative = invert(image).pixels
    assert torch.equal(invert(Image(negative)).pixels, image.pixels)
    assert torch.equal(negative[..., 0], 255 - image.pixels[..., 0])
    if channels == 4:
        assert torch.equal(negative[..., 3], image.pixels[..., 3])
