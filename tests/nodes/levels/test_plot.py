"""Grids as plots: the very numbers, and a word on what has no place."""

from __future__ import annotations

import math
from typing import get_args

import pytest
import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.levels import Levels
from nodes.contracts.marks import Points, Polylines
from nodes.contracts.plot import Plot
from nodes.levels.explicit import explicit
from nodes.levels.karras import karras
from nodes.levels.plot import plot
from nodes.plotting.grids import LINES, Show

GRID = explicit(sigmas=(math.inf, math.e, 1.0, 0.0))


def lines_of(shown: Plot) -> list[Polylines]:
    return [mark for mark in shown.marks if isinstance(mark, Polylines)]


def heights(shown: Plot) -> Tensor:
    return lines_of(shown)[0].at[0, :, 1]


def test_half_the_log_of_signal_to_noise_stands_over_the_steps_but_for_open_ends() -> None:
    shown = plot((GRID,))
    assert lines_of(shown)[0].at[0, :, 0].tolist() == [0, 1, 2, 3]
    assert heights(shown)[1:3].tolist() == pytest.approx([-1.0, 0.0])
    assert torch.isnan(heights(shown)[[0, 3]]).all()
    assert shown.note == "2 at pure noise or data have no place on this scale."
    (points,) = (mark for mark in shown.marks if isinstance(mark, Points))
    assert len(points.at) == 2


def test_the_share_of_noise_shows_both_ends() -> None:
    shown = plot((GRID,), show="noise")
    assert heights(shown)[[0, 2, 3]].tolist() == pytest.approx([1.0, 0.5, 0.0])
    assert shown.note == ""


def test_levels_stand_in_decades_and_steps_at_their_numbers() -> None:
    assert plot((GRID,), show="sigma").y.log
    steps = plot((explicit(sigmas=(4.0, 2.0, 1.0)),), show="steps_log_snr")
    assert lines_of(steps)[0].at[0].flatten().tolist() == pytest.approx([1, math.log(2), 2, math.log(2)])
    assert heights(plot((GRID,), show="steps_noise")).sum().item() == pytest.approx(1.0)


def test_several_grids_are_named_and_told_apart() -> None:
    shown = plot((GRID, karras(), karras(rho=3.0)), names="by hand\nkarras")
    assert [line.name for line in lines_of(shown)] == ["by hand", "karras", "grid 3"]
    assert len({line.colour for line in lines_of(shown)}) == 3
    assert lines_of(plot((GRID,)))[0].name == ""


def test_rows_of_a_grid_are_lines_of_one_colour_up_to_a_limit() -> None:
    many = Levels(torch.linspace(2, 1, 2, dtype=torch.float64)[:, None] * torch.ones(LINES + 6, dtype=torch.float64))
    shown = plot((many,))
    assert lines_of(shown)[0].at.shape == (LINES, 2, 2)
    assert shown.note == "6 rows or places are not shown."


def test_no_grids_and_names_for_none_are_refused() -> None:
    with pytest.raises(InputError, match="no levels"):
        plot(())
    with pytest.raises(InputError, match="not a grid for every name"):
        plot((GRID,), names="a\nb")


@pytest.mark.parametrize("show", get_args(Show))
def test_every_way_to_show_grids_can_be_drawn(show: Show) -> None:
    assert plot((GRID, karras()), show=show).preview().startswith(b"\x89PNG")


def test_levels_have_a_picture_of_their_own() -> None:
    assert karras().preview().startswith(b"\x89PNG")
    assert karras().preview() != karras(rho=1.0).preview()
