"""Rewards that are a number of a picture."""

from __future__ import annotations

import io
import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from PIL import Image as Pillow
from torch import Tensor

from graphs import InputError
from nodes.contracts.reward import Reward, score
from nodes.reward.colour import colour
from nodes.reward.contrast import contrast
from nodes.reward.file_size import jpeg_size, png_size
from nodes.reward.inside import inside
from nodes.reward.saturation import saturation
from nodes.reward.sharpness import sharpness
from nodes.reward.symmetry import symmetry
from nodes.reward.total_variation import total_variation
from tests.nodes.gaussian import context
from tests.nodes.reward.points import clean
from tests.oracles import Oracle

SMOOTH = (contrast, saturation, sharpness, symmetry, total_variation, colour)
ALL = (*SMOOTH, jpeg_size, png_size)


def coloured(count: int = 3, side: int = 6) -> Tensor:
    """Float64 pictures [count, 3, side, side] with values in −1 … 1."""
    return torch.rand(count, 3, side, side, dtype=torch.float64, generator=torch.Generator().manual_seed(2)) * 2 - 1


def scored(reward: Reward, x: Tensor) -> Tensor:
    """The scores of these pictures."""
    return score(reward, clean(x), context())


@pytest.mark.parametrize("make", ALL)
def test_rows_in_another_order_have_the_same_scores_and_so_has_each_alone(make: Callable[[], Reward]) -> None:
    x, order = coloured(), torch.tensor([2, 0, 1])
    whole = scored(make(), x)
    assert torch.equal(scored(make(), x[order]), whole[order])
    torch.testing.assert_close(scored(make(), x[1:2]), whole[1:2], rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize("make", SMOOTH)
def test_the_gradient_is_the_finite_difference(make: Callable[[], Reward]) -> None:
    x = coloured(1, 3).requires_grad_()
    assert torch.autograd.gradcheck(lambda at: scored(make(), at), (x,))


def of_numpy(name: str, x: Tensor) -> float:
    """The same numbers by numpy, pixel by pixel."""
    p = (x[0].numpy() + 1) / 2
    g = np.tensordot(np.array([0.299, 0.587, 0.114]), p, 1)
    rows, columns = g.shape
    match name:
        case "contrast":
            return float(np.std(g))
        case "saturation":
            return float(np.mean([max(p[:, i, j]) - min(p[:, i, j]) for i in range(rows) for j in range(columns)]))
        case "sharpness":
            inside = [
                g[i - 1, j] + g[i + 1, j] + g[i, j - 1] + g[i, j + 1] - 4 * g[i, j]
                for i in range(1, rows - 1)
                for j in range(1, columns - 1)
            ]
            return float(np.var(inside))
        case "total_variation":
            return -float(np.abs(np.diff(p, axis=1)).sum() + np.abs(np.diff(p, axis=2)).sum()) / p.size
        case "symmetry":
            return -float(np.mean((p - p[:, :, ::-1]) ** 2))
    return -float(sum((p[c].mean() - (0xD0, 0x40, 0x20)[c] / 255) ** 2 for c in range(3)))


@pytest.mark.parametrize("make", SMOOTH)
def test_it_is_the_number_that_numpy_finds(make: Callable[[], Reward], oracle: Oracle) -> None:
    x, name = coloured(1), make.__name__
    apart = abs(float(scored(make(), x)) - of_numpy(name, x))
    oracle(f"reward.{name}", "the formula, pixel by pixel", apart, 1e-9)


def test_known_pictures_have_known_numbers() -> None:
    halves = torch.ones(1, 1, 4, 4, dtype=torch.float64)
    halves[..., :2] = -1
    assert float(scored(contrast(), halves)) == pytest.approx(0.5)
    assert float(scored(symmetry(), halves)) == -1.0
    assert float(scored(symmetry(mirror="up_down"), halves)) == 0.0
    assert float(scored(symmetry(mirror="point"), halves)) == -1.0
    assert float(scored(total_variation(), halves)) == -4 / 16
    assert float(scored(saturation(), halves)) == 0.0
    flat = torch.zeros(1, 3, 4, 4, dtype=torch.float64)
    assert float(scored(sharpness(), flat)) == 0.0
    assert float(scored(colour(target="#ff0000"), flat)) == pytest.approx(-0.75)
    red = torch.tensor([1.0, -1.0, -1.0], dtype=torch.float64)[None, :, None, None].expand(1, 3, 4, 4)
    assert float(scored(colour(target="#ff0000"), red)) == 0.0


def test_the_aim_turns_the_number_round() -> None:
    x = coloured()
    more = scored(contrast(), x)
    assert torch.equal(scored(contrast(aim="less"), x), -more)
    assert torch.equal(scored(contrast(aim="target", target=0.3), x), -(more - 0.3).abs())


def test_a_flat_picture_has_the_smallest_jpeg_and_noise_a_larger_one(oracle: Oracle) -> None:
    x = torch.cat([torch.full((1, 3, 16, 16), 0.2, dtype=torch.float64), coloured(4, 16)])
    for make in (jpeg_size, png_size):
        small = scored(make(), x)
        assert int(small.argmax()) == 0
        assert torch.equal(scored(make(wanted="large"), x), -small)
        assert torch.equal(scored(make(), x), small), "twice the same"
    pixels = ((x[1].clamp(-1, 1) + 1) / 2 * 255).round().byte().permute(1, 2, 0).contiguous().numpy()
    for make, kind, settings in ((jpeg_size, "JPEG", {"quality": 95}), (png_size, "PNG", {})):
        again = io.BytesIO()
        Pillow.fromarray(pixels).save(again, kind, **settings)
        apart = abs(float(scored(make(), x)[1]) + len(again.getvalue()) / 1024)
        oracle(f"reward.{kind.lower()}_size", "bytes of Pillow's own file, over 1024; JPEG of quality 95", apart, 0.0)


def test_a_grey_picture_is_compared_with_the_grey_of_a_colour() -> None:
    g = 0.299 * 1.0
    x = torch.full((1, 1, 2, 2), 2 * g - 1, dtype=torch.float64)
    assert float(scored(colour(target="#ff0000"), x)) == pytest.approx(0.0, abs=1e-12)
    assert math.isfinite(float(scored(png_size(), x)))


@pytest.mark.parametrize("make", ALL)
def test_points_that_are_no_pictures_are_refused(make: Callable[[], Reward]) -> None:
    with pytest.raises(InputError, match="is that of pictures"):
        scored(make(), torch.zeros(2, 5))


def test_pictures_of_other_channels_or_too_small_are_refused() -> None:
    with pytest.raises(InputError, match="no colours"):
        scored(colour(), torch.zeros(1, 2, 4, 4))
    with pytest.raises(InputError, match="no such file"):
        scored(png_size(), torch.zeros(1, 2, 4, 4))
    with pytest.raises(InputError, match="no inside"):
        scored(sharpness(), torch.zeros(1, 1, 2, 2))


def test_pictures_of_no_numbers_have_no_score() -> None:
    """A file of NaN would be the smallest of all, and the best."""
    x = coloured()
    x[1, 2, 3, 4] = math.nan
    for reward in [make() for make in ALL] + [inside()]:
        assert scored(reward, x).isnan().tolist() == [False, True, False]
