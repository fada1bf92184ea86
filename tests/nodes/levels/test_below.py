"""A grid for each row from its own level on."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from graphs import InputError
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.sample import Sample
from nodes.levels.below import below
from nodes.solver.dpmpp_2m import dpmpp_2m
from tests.nodes.gaussian import Gaussian, context, pure_noise

GRID = Levels(torch.tensor([10.0, 3.0, 1.0, 0.3, 0.0], dtype=torch.float64))


def lying(*s: float) -> Sample:
    """Rows at these levels."""
    return replace(pure_noise(len(s)), s=torch.tensor(s, dtype=torch.float64))


def test_each_row_waits_at_its_level_until_the_grid_is_there() -> None:
    found = below(GRID, lying(10.0, 2.0, 0.3)).s
    assert found.T.tolist() == [[10.0, 3.0, 1.0, 0.3, 0.0], [2.0, 2.0, 1.0, 0.3, 0.0], [0.3, 0.3, 0.3, 0.3, 0.0]]


def test_a_row_is_solved_as_by_itself_and_asks_for_its_own_steps_only() -> None:
    sample, ctx = lying(10.0, 2.0, 0.3), context()
    together = solve(Gaussian(0.4, 0.3), dpmpp_2m(), sample, below(GRID, sample), ctx)
    assert ctx.meter.rows == 4 + 3 + 1
    alone = solve(
        Gaussian(0.4, 0.3),
        dpmpp_2m(),
        sample.take(torch.tensor([1])),
        Levels(torch.tensor([2.0, 1.0, 0.3, 0.0], dtype=torch.float64)),
        context(),
    )
    torch.testing.assert_close(together.x[1:2], alone.x, rtol=0, atol=0)


def test_pure_noise_takes_the_grid_itself() -> None:
    assert torch.equal(below(GRID, pure_noise(2)).s, GRID.s[:, None].expand(-1, 2))


@pytest.mark.parametrize(
    ("levels", "sample", "told"),
    [
        (Levels(GRID.s.flip(0)), lying(1.0), "falling"),
        (GRID, lying(11.0), "above the first"),
        (GRID, replace(lying(1.0, 2.0), rows=pure_noise(2).rows.take(torch.tensor([0, 0]))), "one origin"),
    ],
)
def test_what_cannot_be_cut_off_is_told(levels: Levels, sample: Sample, told: str) -> None:
    with pytest.raises(InputError, match=told):
        below(levels, sample)


def test_a_row_at_data_has_no_step_to_make() -> None:
    sample = lying(0.0, math.inf)
    ctx = context()
    end = solve(Gaussian(0.4, 0.3), dpmpp_2m(), sample.take(torch.tensor([0])), below(GRID, sample), ctx)
    assert ctx.meter.rows == 0
    assert torch.equal(end.x, sample.x[:1])
