"""Axes that show all data."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as draw

from nodes.contracts.marks import Bars, Points, Polylines
from nodes.contracts.plot import Plot, PlotAxis
from nodes.plotting.limits import Range, axis_range, equalled, ranges

NUMBERS = draw.lists(draw.floats(-1e12, 1e12), min_size=1, max_size=20)


@given(numbers=NUMBERS)
def test_limits_cover_the_data_and_leave_room(numbers: list[float]) -> None:
    found = axis_range(PlotAxis(), [torch.tensor(numbers, dtype=torch.float64)])
    assert found.low < min(numbers) <= max(numbers) < found.high


@given(numbers=draw.lists(draw.floats(1e-12, 1e12), min_size=1, max_size=20))
def test_limits_in_decades_cover_the_data(numbers: list[float]) -> None:
    found = axis_range(PlotAxis(log=True), [torch.tensor([*numbers, 0.0, -1.0], dtype=torch.float64)])
    assert 0 < found.low <= min(numbers)
    assert max(numbers) <= found.high


def test_what_a_person_sets_stays() -> None:
    x, y = ranges([Plot((Points(torch.ones(3, 2)),), x=PlotAxis(limits=(-2.0, 7.0)))])
    assert (x.low, x.high) == (-2.0, 7.0)
    assert y.low < 1 < y.high


def test_around_nothing_there_is_an_axis_all_the_same() -> None:
    for plot in (Plot(), Plot((Points(torch.zeros(0, 2)),)), Plot((Polylines(torch.full((1, 2, 2), torch.nan)),))):
        x, y = ranges([plot])
        assert x.low < 0
        assert x.high > 1
        assert y.low < 0
        assert y.high > 1


def test_panels_share_the_limits_of_all_data() -> None:
    plots = [Plot((Points(torch.full((1, 2), value)),)) for value in (-3.0, 8.0)]
    x, _ = ranges(plots)
    assert x.low < -3 < 8 < x.high


def test_bars_stand_on_the_axis() -> None:
    _, y = ranges([Plot((Bars(torch.arange(4.0), torch.tensor([1.0, 3.0, 2.0])),))])
    assert y.low == 0
    _, y = ranges([Plot((Bars(torch.arange(3.0), torch.tensor([1.0, -3.0])),))])
    assert y.low < -3


@pytest.mark.parametrize(("width", "height"), [(100.0, 100.0), (300.0, 100.0), (100.0, 300.0)])
def test_equal_axes_have_one_unit_and_lose_nothing(width: float, height: float) -> None:
    x, y = equalled(Range(0, 6), Range(-1, 1), width, height)
    assert (x.high - x.low) / width == pytest.approx((y.high - y.low) / height)
    assert x.low <= 0
    assert x.high >= 6
    assert y.low <= -1 < 1 <= y.high


def test_places_run_from_0_to_1_also_in_decades() -> None:
    assert Range(-1, 3).place(torch.tensor([-1.0, 1.0, 3.0])).tolist() == [0, 0.5, 1]
    places = Range(0.01, 100, log=True).place(torch.tensor([0.01, 1.0, 100.0, 0.0]))
    torch.testing.assert_close(places[:3], torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64))
    assert bool(places[3].isnan())
