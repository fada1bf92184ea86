"""Contact sheets: every picture once, unchanged and at its place, with labels that nothing cuts."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from graphs import InputError
from graphs.media import Axis, Cells
from nodes.contracts.contact_sheet import LARGEST_SIDE
from nodes.contracts.labels import axis_labels, short_names, swept_paths
from nodes.contracts.lettering import Letters, written
from nodes.contracts.media import Image, Text, sheet
from tests.nodes.contracts.sweeping import axis, gathered, noise, only_place

SCALE = axis("cfg.guidance_scale", 1.0, 2.5, 4.0, 7.5)
STEPS = axis("karras.num_inference_steps", 5, 10, 20)
SEED = axis("noise.seed", 0, 1)


def plain(tone: int, pixels: int = 30) -> Image:
    """A picture of one tone."""
    return Image(torch.full((1, pixels, pixels, 1), tone, dtype=torch.uint8))


def ink(page: Tensor) -> int:
    """How much darker than white a page is, summed over its pixels."""
    return int((255 - page.long()).sum())


@pytest.mark.parametrize("axes", [(SCALE,), (STEPS, SCALE), (SEED, STEPS, SCALE), (SEED, SCALE, STEPS), ()])
def test_every_picture_is_on_the_sheet_once_and_unchanged(axes: tuple[Axis, ...]) -> None:
    pictures = [noise(number) for number in range(math.prod(map(len, axes)))]
    page = gathered(axes, pictures)
    found = {only_place(page, picture.pixels[0]) for picture in pictures}
    assert len(found) == len(pictures)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 6, 9, 200])
def test_one_axis_is_read_like_a_page_that_is_nearly_square(count: int) -> None:
    pictures = [noise(number) for number in range(count)]
    page = gathered((axis("noise.seed", *range(count)),), pictures)
    found = [only_place(page, picture.pixels[0]) for picture in pictures]
    assert found == sorted(found)
    rows, columns = (len(set(places)) for places in zip(*found, strict=True))
    assert columns == math.ceil(math.sqrt(count))
    assert rows == math.ceil(count / columns)


def test_broad_pictures_stand_in_fewer_columns() -> None:
    pictures = [noise(number, high=5, wide=40) for number in range(8)]
    page = gathered((axis("noise.seed", *range(8)),), pictures)
    assert len({only_place(page, picture.pixels[0])[1] for picture in pictures}) == 1


@pytest.mark.parametrize("axes", [(STEPS, SCALE), (SEED, STEPS, SCALE), (SEED, SCALE)])
def test_the_last_axis_runs_along_the_columns_and_all_others_down_the_rows(axes: tuple[Axis, ...]) -> None:
    columns, rows = len(axes[-1]), math.prod(map(len, axes[:-1]))
    pictures = [noise(number) for number in range(rows * columns)]
    page = gathered(axes, pictures)
    found = [only_place(page, picture.pixels[0]) for picture in pictures]
    tops, lefts = sorted({top for top, _ in found}), sorted({left for _, left in found})
    assert found == [(top, left) for top in tops for left in lefts]
    assert (len(tops), len(lefts)) == (rows, columns)
    assert all(len({after - before for before, after in pairwise(line)}) <= 1 for line in (tops, lefts))


def test_pictures_of_several_sizes_and_channels_lie_in_the_middle_of_equal_cells() -> None:
    shapes = [(6, 90, 1), (40, 20, 3), (90, 6, 4), (90, 90, 3), (8, 8, 1), (20, 40, 4)]
    pictures = [noise(number, *shape) for number, shape in enumerate(shapes)]
    page = gathered((axis("noise.seed", 0, 1), axis("n.p", 0, 1, 2)), pictures)
    assert page.shape[2] == 4
    middles = []
    for picture, (high, wide, channels) in zip(pictures, shapes, strict=True):
        colours = picture.pixels[0].expand(-1, -1, 3) if channels == 1 else picture.pixels[0]
        opaque = torch.full((high, wide, 1), 255, dtype=torch.uint8)
        shown = colours if channels == 4 else torch.cat([colours, opaque], 2)
        top, left = only_place(page, shown)
        middles.append((top + high // 2, left + wide // 2))
    tops, lefts = sorted({top for top, _ in middles}), sorted({left for _, left in middles})
    assert middles == [(top, left) for top in tops for left in lefts]


@pytest.mark.parametrize(("channels", "most"), [((1, 1), 1), ((1, 3), 3), ((3, 4), 4), ((1, 4), 4)])
def test_a_sheet_has_no_more_channels_than_its_pictures_need(channels: tuple[int, int], most: int) -> None:
    pictures = [noise(number, channels=each) for number, each in enumerate(channels)]
    assert gathered((axis("noise.seed", 0, 1),), pictures).shape[2] == most


def test_a_cell_with_several_pictures_shows_them_as_a_sheet() -> None:
    batches = [noise(number, count=5) for number in range(2)]
    page = gathered((axis("noise.seed", 0, 1),), batches)
    for batch in batches:
        only_place(page, sheet(batch.pixels, columns=3))


@pytest.mark.parametrize("shape", [(0, 5, 5), (1, 0, 0), (1, 1, 1), (1, 0, 7)])
def test_a_cell_without_anything_to_show_is_left_empty(shape: tuple[int, int, int]) -> None:
    count, high, wide = shape
    page = gathered((axis("noise.seed", 0, 1),), [noise(0, high, wide, count=count), noise(1)])
    only_place(page, noise(1).pixels[0])


def test_a_sweep_without_axes_is_its_picture_with_a_margin() -> None:
    page = gathered((), [noise(0)])
    top, left = only_place(page, noise(0).pixels[0])
    page[top : top + 6, left : left + 6] = 255
    assert bool((page == 255).all())


def test_the_margin_is_white_on_all_sides() -> None:
    for axes in ((SCALE,), (STEPS, SCALE), (SEED, STEPS, SCALE)):
        page = gathered(axes, [plain(0)] * math.prod(map(len, axes)))
        rim = torch.ones(page.shape[:2], dtype=torch.bool)
        rim[4:-4, 4:-4] = False
        assert bool((page[rim] == 255).all())


def test_labels_tell_the_values_apart() -> None:
    pages = [gathered((axis("n.p", value),), [plain(255)]) for value in (1, 2, 2.5, None, True, "one", 0.1)]
    assert len({(tuple(page.shape), page.numpy().tobytes()) for page in pages}) == len(pages)
    assert all(int(page.min()) < 100 for page in pages)


@pytest.mark.parametrize("pixels", [8, 30, 112, 300])
def test_no_label_runs_into_another_label_or_a_picture(pixels: int) -> None:
    seeds, texts = axis("noise.seed", 9007199254740991, 7), axis("prompt.text", "red in deep snow", "W" * 12, "", "i")
    for axes in ((seeds, texts), (texts, seeds), (texts,)):
        names = short_names(swept_paths(axes))
        letters = Letters.of(max(12, round(pixels / 13)))
        labels = [", ".join(label) for each in axes for label in axis_labels(each, names)]
        count = math.prod(map(len, axes))
        expected = sum(ink(written([label], letters, "center")) for label in labels)
        assert ink(gathered(axes, [plain(255, pixels)] * count)) == expected
        assert ink(gathered(axes, [plain(0, pixels)] * count)) == expected + count * pixels * pixels * 255


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n\n", "\0", "x" * 100_000, "two\nlines", "漢字", "🦊" * 50, "\ud800", "\u202eevil", "a\u0301" * 99],
)
def test_any_text_has_a_label(text: str) -> None:
    pictures = [noise(number) for number in range(4)]
    page = gathered((axis("prompt.text", text, "other"), SEED), pictures)
    assert max(page.shape) < 400
    for picture in pictures:
        only_place(page, picture.pixels[0])


def test_many_parameters_of_one_axis_lose_no_picture() -> None:
    wide = Axis("all", tuple((f"n{number}.p", (number, "x" * number)) for number in range(40)))
    pictures = [noise(number) for number in range(4)]
    page = gathered((wide, SEED), pictures)
    assert len({only_place(page, picture.pixels[0]) for picture in pictures}) == 4


@pytest.mark.parametrize(("high", "wide"), [(1, 20_000), (20_000, 1)])
def test_a_sheet_beyond_reason_is_refused_with_the_cure(high: int, wide: int) -> None:
    large = Image(torch.zeros(1, high, wide, 1, dtype=torch.uint8))
    with pytest.raises(InputError, match=rf"(?s)too large.*{LARGEST_SIDE}.*fewer values, or make smaller pictures"):
        gathered((SEED, SCALE), [large] * 8)


def test_a_cell_that_holds_no_picture_is_refused() -> None:
    with pytest.raises(InputError, match=r"(?s)holds no picture.*Text"):
        Image.gather(Cells((SEED,), (noise(0), Text("x"))))
