"""Sweeps to gather: axes by their values, and pictures of noise that are found again by their pixels."""

from __future__ import annotations

import torch
from pydantic import JsonValue
from torch import Tensor

from graphs.media import Axis, Cells
from nodes.contracts.media import Image


def axis(path: str, *values: JsonValue) -> Axis:
    """An axis of one parameter."""
    return Axis(path, ((path, values),))


def noise(seed: int, high: int = 6, wide: int = 6, channels: int = 1, count: int = 1) -> Image:
    """Pictures that no other seed has."""
    drawn = torch.randint(0, 256, (count, high, wide, channels), generator=torch.Generator().manual_seed(seed))
    return Image(drawn.byte())


def gathered(axes: tuple[Axis, ...], pictures: list[Image]) -> Tensor:
    """The sheet of a sweep, [H, W, C]."""
    sheets = Image.gather(Cells(axes, tuple(pictures))).pixels
    assert len(sheets) == 1
    return sheets[0]


def places(sheet: Tensor, picture: Tensor) -> list[tuple[int, int]]:
    """Every place where a sheet shows exactly these pixels [H, W, C], as (top, left)."""
    high, wide, channels = picture.shape
    assert channels == sheet.shape[2]
    first = (sheet[: sheet.shape[0] - high + 1, : sheet.shape[1] - wide + 1] == picture[0, 0]).all(2).nonzero()
    return [(y, x) for y, x in first.tolist() if torch.equal(sheet[y : y + high, x : x + wide], picture)]


def only_place(sheet: Tensor, picture: Tensor) -> tuple[int, int]:
    """The one place of a picture on a sheet."""
    found = places(sheet, picture)
    assert len(found) == 1, found
    return found[0]
