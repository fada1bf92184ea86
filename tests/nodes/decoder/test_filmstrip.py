"""Pictures on their way, found again on the sheet."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.trajectory import Trajectory
from nodes.decoder.filmstrip import filmstrip
from tests.nodes.decoder.ways import way

EVENT = (1, 4, 3)


def cell(strip: Tensor, row: int, column: int) -> Tensor:
    """One picture of a sheet."""
    return strip[1 + 5 * row : 5 + 5 * row, 1 + 4 * column : 4 + 4 * column, 0]


def grey(picture: Tensor) -> Tensor:
    """A point [1, H, W] as bytes, by the rule of decoder.pixels."""
    return ((picture[0].clamp(-1, 1) + 1) * 127.5).round().byte()


def recorded() -> tuple[Trajectory, Tensor, Tensor]:
    """A trajectory of pictures, its points and its predictions."""
    found = way(EVENT, count=3, name="pixels")
    assert found.x is not None
    assert found.x0 is not None
    return found, found.x, found.x0


def test_rows_are_samples_and_columns_are_predictions_then_the_end() -> None:
    way, x, x0 = recorded()
    (strip,) = filmstrip(way).pixels
    assert strip.shape == (3 * 5 + 1, 4 * 4 + 1, 1)
    for row in range(3):
        for column in range(3):
            assert torch.equal(cell(strip, row, column), grey(x0[column, row]))
        assert torch.equal(cell(strip, row, 3), grey(x[3, row]))


def test_noised_points_are_shown_as_they_are() -> None:
    way, x, _ = recorded()
    (strip,) = filmstrip(way, show="x").pixels
    assert torch.equal(cell(strip, 2, 1), grey(x[1, 2]))


def test_fewer_columns_keep_the_first_and_the_last() -> None:
    way, x, x0 = recorded()
    (strip,) = filmstrip(way, columns=2, rows=1).pixels
    assert strip.shape == (6, 9, 1)
    assert torch.equal(cell(strip, 0, 0), grey(x0[0, 0]))
    assert torch.equal(cell(strip, 0, 1), grey(x[3, 0]))


def test_points_of_a_plane_are_no_pictures() -> None:
    with pytest.raises(InputError, match="no picture"):
        filmstrip(way())
