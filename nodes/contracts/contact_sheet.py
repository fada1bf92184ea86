"""A labelled contact sheet: the pictures of a sweep in a grid, called by the values that they were made with."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, product
from typing import TypeAlias

import torch
from torch import Tensor

from graphs import InputError
from graphs.media import Axis
from nodes.contracts.labels import axis_labels, short_names, swept_paths
from nodes.contracts.lettering import PAPER, Letters, wrapped, written

LARGEST_SIDE = 2**15
SMALLEST_LETTERS, LARGEST_LETTERS = 12, 64
LETTERS_IN_A_CELL = 13
"""How many times the letters' size goes into a cell's side."""
NARROWEST, WIDEST = 6, 13
"""How wide a label may make its cell, in sizes of the letters: the one in any case, the other for a long word."""

Label: TypeAlias = tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """Where the cells lie: their columns, a cell's [height, width], the first one's corner, the steps, the whole."""

    columns: int
    cell: tuple[int, int]
    first: tuple[int, int]
    step: tuple[int, int]
    size: tuple[int, int]

    def corner(self, number: int) -> tuple[int, int]:
        """The top and the left of a cell."""
        row, column = divmod(number, self.columns)
        return self.first[0] + row * self.step[0], self.first[1] + column * self.step[1]


def contact_sheet(pictures: Sequence[Tensor], axes: tuple[Axis, ...]) -> Tensor:
    """Pictures [H, W, C] uint8, one for each cell of a sweep, on one sheet [H', W', C'], dark labels on white.

    One axis is wrapped into a near-square grid, each picture with its label above. Otherwise the last axis runs along
    the columns and all others down the rows. Smaller pictures lie in the middle of a cell of the largest size.
    `InputError` where a side would be longer than 2^15.
    """
    names = short_names(swept_paths(axes))
    labels = [axis_labels(axis, names) for axis in axes]
    tops: list[Label] = labels[-1] if labels else []
    sides: list[Label] = [tuple(chain(*parts)) for parts in product(*labels[:-1])] if len(labels) > 1 else []
    columns = len(tops) if sides else _near_square(len(pictures), *(max(1, extent) for extent in _extent(pictures)))
    return labelled(pictures, tops, sides, columns)


def labelled(pictures: Sequence[Tensor], tops: Sequence[Label], sides: Sequence[Label], columns: int) -> Tensor:
    """Pictures in so many columns, with a label above each column, or above each picture where rows have none beside.

    `InputError` where a side would be longer than 2^15.
    """
    high, wide = (max(1, extent) for extent in _extent(pictures))
    size = _clamped(round(math.sqrt(high * wide) / LETTERS_IN_A_CELL), SMALLEST_LETTERS, LARGEST_LETTERS)
    letters = Letters.of(size)
    room = max(wide - letters.space, _width_for(tops, wide, letters))
    above = [written(wrapped(label, room, letters), letters, "center") for label in tops]
    beside = [written(wrapped(label, WIDEST * size, letters), letters, "right") for label in sides]
    (band, _), (tallest, side) = _extent(above), _extent(beside)
    grid = _grid(len(pictures), columns, (max(high, tallest), max(wide, room + letters.space)), band, side, size)
    return _drawn(grid, pictures, above, beside, pad=size // 3)


def _near_square(count: int, high: int, wide: int) -> int:
    """The columns that make a sheet of such cells about as wide as high."""
    return _clamped(math.ceil(math.sqrt(count * high / wide)), 1, count)


def _width_for(labels: Iterable[Label], wide: int, letters: Letters) -> int:
    """What a column of so wide pictures needs for its labels: a bit more to save a line, or much for a long word."""
    widths = [0]
    for label in labels:
        whole = letters.width(", ".join(label))
        longest = max(letters.width(word) for part in label for word in f"{part},".split())
        several = min(whole, max(longest, NARROWEST * letters.size), WIDEST * letters.size)
        widths.append(whole if whole <= wide + wide // 4 else several)
    return max(widths)


def _grid(count: int, columns: int, cell: tuple[int, int], band: int, side: int, size: int) -> Grid:
    margin, pad = 2 * size // 3, size // 3
    rows = -(-count // columns)
    every_row = bool(band) and not side
    top, left = (band + pad if band else 0), (side + pad if side else 0)
    step = cell[0] + (top + 2 * pad if every_row else pad), cell[1] + pad
    high = 2 * margin + top + (rows - 1) * step[0] + cell[0]
    wide = 2 * margin + left + (columns - 1) * step[1] + cell[1]
    if max(high, wide) > LARGEST_SIDE:
        raise InputError(
            "the contact sheet is too large",
            given=f"{count} cells of {cell[1]}×{cell[0]}, a sheet of {wide}×{high}",
            allowed=f"a side of {LARGEST_SIDE}",
            mend="show fewer values, or make smaller pictures",
        )
    return Grid(columns, cell, (margin + top, margin + left), step, (high, wide))


def _drawn(grid: Grid, pictures: Sequence[Tensor], above: list[Tensor], beside: list[Tensor], pad: int) -> Tensor:
    channels = max(picture.shape[2] for picture in pictures)
    sheet = torch.full((*grid.size, channels), PAPER, dtype=torch.uint8)
    high, wide = grid.cell
    for number, picture in enumerate(pictures):
        top, left = grid.corner(number)
        down, right = (high - picture.shape[0]) // 2, (wide - picture.shape[1]) // 2
        _put(sheet, _with_channels(picture.cpu(), channels), top + down, left + right)
    for number, label in enumerate(above):
        top, left = grid.corner(number)
        patch = _with_channels(label[..., None], channels)
        _put(sheet, patch, top - pad - label.shape[0], left + (wide - label.shape[1]) // 2)
    for row, label in enumerate(beside):
        top, left = grid.corner(row * grid.columns)
        patch = _with_channels(label[..., None], channels)
        _put(sheet, patch, top + (high - label.shape[0]) // 2, left - pad - label.shape[1])
    return sheet


def _put(sheet: Tensor, patch: Tensor, top: int, left: int) -> None:
    sheet[top : top + patch.shape[0], left : left + patch.shape[1]] = patch


def _with_channels(picture: Tensor, channels: int) -> Tensor:
    """A picture with more channels that looks the same: grey as RGB, opaque."""
    if picture.shape[2] == 1 and channels > 1:
        picture = picture.expand(-1, -1, 3)
    if picture.shape[2] < channels:
        picture = torch.cat([picture, torch.full_like(picture[..., :1], 255)], 2)
    return picture


def _extent(patches: Iterable[Tensor]) -> tuple[int, int]:
    shapes = [tuple(patch.shape) for patch in patches]
    return max((shape[0] for shape in shapes), default=0), max((shape[1] for shape in shapes), default=0)


def _clamped(value: int, low: int, high: int) -> int:
    return min(max(value, low), high)
