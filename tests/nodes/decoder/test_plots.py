"""Samples and trajectories as plots: the very numbers, and a word on what is left out."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.marks import Points, Polylines
from nodes.contracts.plot import Plot
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.decoder.points import MOST
from nodes.decoder.scatter import drawn_as, scatter
from nodes.decoder.trajectory import Show, trajectory
from nodes.output.plot import plot as kept
from tests.nodes.decoder.ways import LEVELS, way
from tests.nodes.plotting.pictures import random_points


def sample_of(x: Tensor) -> Sample:
    """A clean sample."""
    count = len(x)
    rows = Rows(torch.arange(count), torch.arange(count))
    return Sample(x, torch.zeros(count, dtype=torch.float64), Space("plane", tuple(x.shape[1:])), rows)


def points_of(plot: Plot) -> list[Points]:
    """The points of a plot."""
    return [mark for mark in plot.marks if isinstance(mark, Points)]


def line_of(plot: Plot) -> Polylines:
    """The lines of a plot."""
    mark = plot.marks[0]
    assert isinstance(mark, Polylines)
    return mark


def test_a_scatter_holds_the_points_on_equal_axes() -> None:
    x = random_points(10)
    plot = kept(scatter(sample_of(x), title="Ten"))
    (points,) = points_of(plot)
    assert torch.equal(points.at, x)
    assert (plot.equal, plot.title, plot.note) == (True, "Ten", "")
    assert (plot.x.label, plot.y.label) == ("coordinate 0", "coordinate 1")


def test_coordinates_are_counted_through_the_event() -> None:
    x = torch.arange(24, dtype=torch.float64).reshape(2, 3, 2, 2)
    (points,) = points_of(scatter(sample_of(x), coordinates=(11, 4)))
    assert points.at.tolist() == [[11, 4], [23, 16]]


def test_a_reference_lies_behind_and_both_are_named() -> None:
    behind, front = points_of(scatter(sample_of(random_points(3)), sample_of(random_points(5, 1))))
    assert (behind.name, front.name) == ("reference", "sample")
    assert torch.equal(behind.at, random_points(5, 1))


def test_a_reference_of_another_shape_is_refused() -> None:
    with pytest.raises(InputError, match="another shape") as refused:
        scatter(sample_of(random_points(3)), sample_of(torch.zeros(3, 3)))
    assert refused.value.allowed == "points of shape [2]"


def test_a_noised_reference_lies_behind_points_of_its_own_level_only() -> None:
    clean = sample_of(random_points(3))
    noised = replace(clean, s=torch.full((3,), 2.0, dtype=torch.float64))
    with pytest.raises(InputError, match="still noised"):
        scatter(clean, noised)
    assert len(points_of(scatter(noised, noised))) == len(points_of(scatter(noised, clean))) == 2


def test_points_that_are_not_finite_are_left_out_and_counted() -> None:
    x = random_points(6)
    x[1, 0], x[4, 1] = torch.nan, -torch.inf
    plot = scatter(sample_of(x))
    (points,) = points_of(plot)
    assert torch.equal(points.at, x[[0, 2, 3, 5]])
    assert plot.note == "2 of 6 sample points are not finite and not shown."


def test_of_too_many_points_the_first_are_shown_and_a_note_says_so() -> None:
    x = torch.zeros(MOST + 5, 2)
    plot = scatter(sample_of(x))
    assert len(points_of(plot)[0].at) == MOST
    assert plot.note == "Of 50,005 sample points the first 50,000 are shown."


def test_an_empty_batch_is_an_empty_plot() -> None:
    plot = scatter(sample_of(torch.zeros(0, 2)))
    assert len(points_of(plot)[0].at) == 0
    assert plot.preview() == plot.preview()


@pytest.mark.parametrize("coordinates", [(0, 2), (-1, 0), (0,), (0, 1, 1), ()])
def test_coordinates_that_are_not_there_are_refused(coordinates: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="no two coordinates") as refused:
        scatter(sample_of(random_points(2)), coordinates=coordinates)
    assert refused.value.allowed == "two numbers from 0 to 1"


def test_tokens_are_no_points() -> None:
    tokens = replace(sample_of(torch.zeros(2, 2)), space=Space("words", (2,), vocabulary=("a", "b")))
    with pytest.raises(InputError, match="no two coordinates") as refused:
        scatter(tokens)
    assert "decoder.text" in refused.value.mend


def test_the_more_points_the_smaller_and_fainter() -> None:
    drawn = [drawn_as(count) for count in (10, 500, 5_000, 50_000)]
    assert drawn == sorted(drawn, reverse=True)
    assert [opacity for _, opacity in drawn] == sorted((opacity for _, opacity in drawn), reverse=True)


def test_a_trajectory_is_a_line_for_each_row_from_its_start_to_its_end() -> None:
    recorded = way()
    assert recorded.x is not None
    plot = trajectory(recorded)
    start, end = points_of(plot)
    assert torch.equal(line_of(plot).at, recorded.x.transpose(0, 1))
    assert torch.equal(start.at, recorded.x[0])
    assert torch.equal(end.at, recorded.x[-1])
    assert plot.note == ""


def test_the_colour_is_the_noise_from_1_to_0() -> None:
    value = line_of(trajectory(way())).value
    assert value is not None
    expected = torch.tensor([1.0, 0.704833, 0.295167, 0.0], dtype=torch.float64)  # 2/π·atan of inf, 2, 1/2, 0
    torch.testing.assert_close(value, expected.expand(3, 4), rtol=0, atol=1e-6)


def test_predictions_end_at_the_point_that_was_reached() -> None:
    recorded = way()
    assert recorded.x is not None
    assert recorded.x0 is not None
    shown = line_of(trajectory(recorded, show="x0")).at
    assert torch.equal(shown[:, :3], recorded.x0.transpose(0, 1))
    assert torch.equal(shown[:, 3], recorded.x[-1])
    alone = line_of(trajectory(replace(recorded, x=None), show="x0"))
    assert torch.equal(alone.at, recorded.x0.transpose(0, 1))


def test_unscaled_points_begin_where_the_noise_is_small_enough() -> None:
    recorded = way()
    assert recorded.x is not None
    plot = trajectory(recorded, show="y", largest=1.0)
    at = line_of(plot).at
    assert bool(at[:, :2].isnan().all())
    torch.testing.assert_close(at[:, 2], recorded.x[2] * (1 + LEVELS[2] ** 2) ** 0.5)
    assert torch.equal(points_of(plot)[0].at, at[:, 2])
    assert plot.note == ""


def test_lines_that_are_not_finite_are_interrupted_and_counted() -> None:
    recorded = way()
    assert recorded.x is not None
    x = recorded.x.clone()
    x[0, 1, 0], x[:, 2] = torch.inf, torch.nan
    plot = trajectory(replace(recorded, x=x))
    assert plot.note == "2 of 3 lines are interrupted where they are not finite."
    start, end = points_of(plot)
    assert torch.equal(start.at, torch.stack([x[0, 0], x[1, 1]]))
    assert torch.equal(end.at, x[3, :2])


def test_of_many_rows_the_first_are_shown() -> None:
    plot = trajectory(way(count=5), rows=2)
    assert line_of(plot).at.shape == (2, 4, 2)
    assert plot.note == "The first 2 of 5 rows."


def test_levels_that_differ_by_place_are_shown_by_the_noisiest() -> None:
    recorded = way(event=(1, 2, 2))
    s = recorded.s[:, :, None, None, None] * torch.tensor([0.0, 0.5, 1.0, 0.25], dtype=torch.float64).reshape(
        1, 1, 1, 2, 2
    )
    s = s.nan_to_num(posinf=torch.inf)
    value = line_of(trajectory(replace(recorded, s=s))).value
    expected = line_of(trajectory(recorded)).value
    assert value is not None
    assert expected is not None
    torch.testing.assert_close(value, expected)


def test_an_empty_trajectory_is_an_empty_plot() -> None:
    plot = trajectory(way(count=0))
    assert line_of(plot).at.shape == (0, 4, 2)
    assert plot.preview()


@pytest.mark.parametrize("show", ["x", "y", "x0"])
def test_what_was_not_recorded_is_refused(show: Show) -> None:
    bare = replace(way(), x=None, x0=None)
    with pytest.raises(InputError, match="does not hold"):
        trajectory(bare, show=show)
