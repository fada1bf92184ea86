"""What is done to grids: cut, joined, scaled, clipped, filled in, ended."""

from __future__ import annotations

import math

import pytest
import torch

from graphs import Estimate, InputError, Known, Span
from nodes.contracts.levels import Levels, angle
from nodes.levels.clip import clip
from nodes.levels.explicit import explicit
from nodes.levels.final import final
from nodes.levels.flip import flip
from nodes.levels.insert import insert
from nodes.levels.join import cost as joined_cost
from nodes.levels.join import join
from nodes.levels.karras import karras
from nodes.levels.refine import refine
from nodes.levels.scale import scale
from nodes.levels.split import split
from nodes.levels.uniform_time import uniform_time
from nodes.process.flow import flow

FIVE = explicit(sigmas=(math.inf, 9.0, 3.0, 1.0, 0.2, 0.0))
COLUMNS = Levels(torch.tensor([[4.0, 3.0], [2.0, 3.0], [0.0, 1.0], [0.0, 0.0]], dtype=torch.float64))


def test_what_is_split_shares_a_level_and_joins_again() -> None:
    before, after = split(FIVE, step=2)
    assert before.s.tolist() == [math.inf, 9.0, 3.0]
    assert after.s.tolist() == [3.0, 1.0, 0.2, 0.0]
    assert torch.equal(join((before, after)).s, FIVE.s)
    assert torch.equal(join(split(COLUMNS, step=1)).s, COLUMNS.s)


@pytest.mark.parametrize(("sigma", "cut"), [(3.0, 2), (2.0, 3), (0.1, 5), (100.0, 1)])
def test_a_split_at_a_level_is_where_it_is_reached(sigma: float, cut: int) -> None:
    if cut == 5:
        with pytest.raises(InputError, match="no steps on one side"):
            split(FIVE, sigma=sigma)
    else:
        assert len(split(FIVE, sigma=sigma).before) == cut


def test_a_rising_grid_is_split_where_it_rises_to_the_level() -> None:
    assert split(flip(FIVE), sigma=1.0).before.s.tolist() == [0.0, 0.2, 1.0]


def test_what_cannot_be_split_is_refused() -> None:
    with pytest.raises(InputError, match="no steps on one side"):
        split(FIVE, step=5)
    with pytest.raises(InputError, match="levels of their own"):
        split(COLUMNS, sigma=1.0)


def test_parts_that_do_not_meet_have_a_step_between_and_may_turn() -> None:
    joined = join((explicit(sigmas=(9.0, 0.0)), explicit(sigmas=(2.0, 0.0))))
    assert joined.s.tolist() == [9.0, 0.0, 2.0, 0.0]
    known = Known({}, {"parts": (Estimate(steps=Span.of(1)), Estimate(steps=Span.of(1)))})
    assert joined_cost(known).steps == Span(2, 3)


def test_parts_of_other_shapes_and_no_parts_are_refused() -> None:
    with pytest.raises(InputError, match="different rows"):
        join((FIVE, COLUMNS))
    with pytest.raises(InputError, match="nothing to join"):
        join(())


def test_a_scaled_flow_is_a_shifted_flow() -> None:
    assert torch.allclose(scale(uniform_time(flow()), factor=3.0).s, uniform_time(flow(shift=3.0)).s, rtol=1e-14)
    assert scale(FIVE, factor=2.0).s.tolist() == [math.inf, 18.0, 6.0, 2.0, 0.4, 0.0]
    assert torch.equal(scale(scale(COLUMNS, factor=4.0), factor=0.25).s, COLUMNS.s)


def test_a_clipped_grid_has_both_ends_and_no_step_that_goes_nowhere() -> None:
    assert clip(FIVE, sigma_min=0.5, sigma_max=5.0).s.tolist() == [5.0, 3.0, 1.0, 0.5]
    assert torch.equal(clip(FIVE).s, FIVE.s)
    assert clip(COLUMNS, sigma_max=3.0).s.tolist() == [[3.0, 3.0], [2.0, 3.0], [0.0, 1.0], [0.0, 0.0]]
    assert clip(COLUMNS, sigma_min=2.5, sigma_max=3.5).s.tolist() == [[3.5, 3.0], [2.5, 3.0], [2.5, 2.5]]


@pytest.mark.parametrize(("low", "high", "why"), [(2.0, 2.0, "not below"), (4.0, 5.0, "no step is left")])
def test_a_clip_that_leaves_nothing_is_refused(low: float, high: float, why: str) -> None:
    with pytest.raises(InputError, match=why):
        clip(explicit(sigmas=(3.0, 1.0, 0.0)), sigma_min=low, sigma_max=high)


def test_inserted_levels_are_in_order_and_once() -> None:
    assert insert(FIVE, sigmas=(2.0, 0.5, 3.0)).s.tolist() == [math.inf, 9, 3, 2, 1, 0.5, 0.2, 0]
    assert insert(flip(FIVE), sigmas=(2.0,)).s.tolist() == [0, 0.2, 1, 2, 3, 9, math.inf]
    assert torch.equal(insert(FIVE, sigmas=()).s, FIVE.s)


def test_levels_that_have_no_place_are_refused() -> None:
    with pytest.raises(InputError, match="no one order"):
        insert(explicit(sigmas=(3.0, 1.0, 2.0)), sigmas=(1.5,))
    with pytest.raises(InputError, match="no one order"):
        insert(COLUMNS, sigmas=(1.5,))
    with pytest.raises(InputError, match="beyond the ends"):
        insert(karras(), sigmas=(90.0,))


def test_a_refined_grid_keeps_its_levels_and_is_even_between_them_in_angle() -> None:
    fine = refine(FIVE, into=3).s
    assert torch.equal(fine[::3], FIVE.s)
    steps = angle(fine).diff().reshape(-1, 3)
    assert torch.allclose(steps, steps[:, :1].expand(-1, 3), rtol=1e-9)
    assert torch.equal(refine(FIVE, into=1).s, FIVE.s)
    assert torch.equal(refine(COLUMNS, into=2).s[::2], COLUMNS.s)


def test_the_step_to_data_is_added_or_left_out_once() -> None:
    without = final(FIVE, final_sigmas_type="sigma_min")
    assert without.s.tolist() == [math.inf, 9, 3, 1, 0.2]
    assert torch.equal(final(without, final_sigmas_type="sigma_min").s, without.s)
    assert torch.equal(final(without).s, FIVE.s)
    assert torch.equal(final(FIVE).s, FIVE.s)
    assert final(COLUMNS, final_sigmas_type="sigma_min").s.tolist() == [[4, 3], [2, 3], [0, 1]]
    with pytest.raises(InputError, match="no step is left"):
        final(explicit(sigmas=(1.0, 0.0)), final_sigmas_type="sigma_min")
