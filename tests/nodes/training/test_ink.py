"""Strokes: as much ink as was counted, sharp, and placed as asked."""

from __future__ import annotations

import torch
from torch.nn import functional

from nodes.contracts.rows import Rows
from nodes.training.ink import coverage, draw, fields
from nodes.training.variation import Placing, upright, varied
from tests.nodes.training.toys import bars


def test_a_field_covers_each_cell_as_much_as_was_counted() -> None:
    ink = bars().ink
    wanted = functional.pad(ink[:, None], (2,) * 4)
    error = (coverage(fields(ink)) - wanted).abs()
    assert error.mean() < 0.01
    assert error.mean() < (coverage(wanted - 0.5) - wanted).abs().mean() / 4


def test_a_picture_is_between_black_and_white_and_mostly_one_of_them() -> None:
    pictures = draw(fields(bars().ink), *upright(2))
    assert pictures.shape == (2, 1, 32, 32)
    assert pictures.min() >= -1
    assert pictures.max() <= 1
    assert (pictures.abs() > 0.5).float().mean() > 0.9


def test_an_upright_one_stands_where_it_was_written() -> None:
    one = draw(fields(bars().ink), *upright(2))[0, 0]
    columns = (one > 0).nonzero()[:, 1].float()
    assert abs(float(columns.mean()) + 0.5 - (16 - 25 / 16)) < 0.5  # the middle of the fourth of eight columns


def test_a_wider_pen_gives_more_ink() -> None:
    field, place = fields(bars().ink), upright(2).map
    thin, bold = (draw(field, place, torch.full((2,), pen)).mean() for pen in (-0.1, 0.1))
    assert thin < bold


def test_a_shift_moves_the_strokes() -> None:
    field, place = fields(bars().ink), upright(2)
    moved = place.map.clone()
    moved[:, 0, 2] += 2 * 2 / 32 * place.map[0, 0, 0]  # two pixels of 32, told in the field's coordinates
    there = draw(field, *Placing(moved, place.pen))
    torch.testing.assert_close(there[..., :-2], draw(field, *place)[..., 2:], atol=1e-4, rtol=0)


def test_a_row_is_placed_by_its_seed_and_the_step_alone() -> None:
    rows = Rows.first(0, 5)
    placing, alone = varied(rows, 3), varied(rows.take(torch.tensor([4])), 3)
    assert torch.equal(placing.map[4:], alone.map)
    assert torch.equal(placing.pen[4:], alone.pen)
    assert not torch.equal(placing.map, varied(rows, 4).map)


def test_no_placing_is_far_from_upright() -> None:
    rows = Rows.first(0, 500)
    away = (varied(rows, 0).map - upright(500).map).abs()
    assert away.amax((0, 1, 2)) < 0.35
    assert away.amax(0).min() > 0.01
