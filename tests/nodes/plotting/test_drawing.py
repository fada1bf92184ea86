"""Plots as pictures: the same bytes twice, everything where it belongs, and work that is bounded."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import torch

from nodes.contracts.marks import Bars, Points, Polylines, Words
from nodes.contracts.plot import Plot, PlotAxis
from nodes.plotting import discs
from nodes.plotting.canvas import Box, Canvas
from nodes.plotting.discs import draw_discs
from nodes.plotting.palette import PAPER, SERIES, ramp, rgb
from nodes.plotting.strokes import draw_lines
from nodes.plotting.writing import Line
from tests.nodes.plotting.pictures import drawn, near, place_in, random_points

UNIT = PlotAxis("across", (0.0, 1.0))
RED, GREEN = "#c00000", "#00a000"


def everything() -> Plot:
    """A plot with every kind of mark."""
    lines = torch.rand(5, 7, 2, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    return Plot(
        (
            Bars(torch.linspace(0, 1, 5), torch.tensor([0.1, 0.4, 0.2, 0.3]), "bars"),
            Polylines(lines, "lines", value=torch.linspace(0, 2, 35).reshape(5, 7)),
            Points(random_points(30) / 6 + 0.5, "points", opacity=0.5),
            Words(torch.tensor([[0.5, 0.5]]), ("−1.5 here",)),
        ),
        "Everything",
        UNIT,
        PlotAxis("up"),
        colours=PlotAxis("value"),
        note="All of it is shown.",
    )


def test_the_same_plot_gives_the_same_bytes() -> None:
    assert everything().files() == everything().files()
    assert everything().preview() == everything().preview()


@pytest.mark.parametrize(("x", "y"), [(0.5, 0.5), (0.1, 0.9), (0.25, 0.125)])
def test_a_point_lands_where_its_numbers_say(x: float, y: float) -> None:
    pixels = drawn(Plot((Points(torch.tensor([[x, y]]), colour=RED, radius=4.0),), x=UNIT, y=UNIT))
    rows, columns = near(pixels, RED).nonzero()
    row, column = place_in(pixels, x, y)
    assert abs(rows.mean() + 0.5 - row) <= 1.5
    assert abs(columns.mean() + 0.5 - column) <= 1.5
    assert len(rows) == pytest.approx(np.pi * 8**2, rel=0.2)


def test_a_line_runs_between_its_places_and_is_interrupted_at_nan() -> None:
    at = torch.tensor([[[0.1, 0.5], [0.4, 0.5], [torch.nan, 0.5], [0.6, 0.5], [0.9, 0.5]]])
    pixels = drawn(Plot((Polylines(at, colour=RED, width=3.0),), x=UNIT, y=UNIT))
    there = near(pixels, RED)
    for x, drawn_there in ((0.2, True), (0.38, True), (0.5, False), (0.7, True), (0.95, False)):
        assert bool(there[place_in(pixels, x, 0.5)]) is drawn_there
    assert not there[place_in(pixels, 0.2, 0.52)]


def test_bars_reach_from_0_to_their_height() -> None:
    bars = Bars(torch.tensor([0.0, 0.5, 1.0]), torch.tensor([0.25, 0.75]), colour=RED, opacity=1.0)
    there = near(pixels := drawn(Plot((bars,), x=UNIT, y=UNIT)), RED)
    for x, y, filled in ((0.25, 0.2, True), (0.25, 0.3, False), (0.75, 0.7, True), (0.75, 0.8, False)):
        assert bool(there[place_in(pixels, x, y)]) is filled


def test_later_marks_lie_over_earlier_ones() -> None:
    at = torch.tensor([[0.5, 0.5]])
    pixels = drawn(Plot((Points(at, colour=RED, radius=6), Points(at, colour=GREEN, radius=3)), x=UNIT, y=UNIT))
    row, column = place_in(pixels, 0.5, 0.5)
    assert near(pixels, GREEN)[row, column]
    assert near(pixels, RED)[row, column + 9]


def test_nothing_is_drawn_beyond_the_box() -> None:
    far = torch.tensor([[0.5, 0.5], [1.2, 0.5], [0.5, -3.0], [1e90, 0.5]], dtype=torch.float64)
    points, lines = Points(far, colour=RED, radius=5), Polylines(far[None], colour=GREEN, width=4)
    pixels = drawn(Plot((points, lines), x=UNIT, y=UNIT))
    empty = drawn(Plot((), x=UNIT, y=UNIT))
    inside = np.zeros(pixels.shape[:2], dtype=bool)
    (bottom, left), (top, right) = place_in(pixels, 0, 0), place_in(pixels, 1, 1)
    inside[top - 2 : bottom + 2, left - 2 : right + 2] = True
    assert pixels.shape == empty.shape
    assert (pixels[~inside] == empty[~inside]).all()


def test_values_are_coloured_from_one_end_of_the_scale_to_the_other() -> None:
    at = torch.tensor([[0.25, 0.5], [0.75, 0.5]])
    points = Points(at, value=torch.tensor([1.0, 5.0]), radius=5)
    pixels = drawn(Plot((points,), x=UNIT, y=UNIT, colours=PlotAxis("v")))
    for x, value in ((0.25, 0.0), (0.75, 1.0)):
        assert np.abs(pixels[place_in(pixels, x, 0.5)] - ramp(np.array(value))).max() <= 1


def test_a_plot_of_nothing_is_an_empty_frame() -> None:
    for plot in (Plot(), Plot((Points(torch.zeros(0, 2)), Polylines(torch.zeros(0, 3, 2)))), Plot(equal=True)):
        pixels = drawn(plot)
        assert near(pixels, PAPER, 0).mean() > 0.8


def test_fifty_thousand_points_touch_a_bounded_number_of_pixels_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    soft = discs._soft

    def counted(distance: discs.Numbers, radius: float, ring: float) -> discs.Numbers:
        sizes.append(distance.size)
        return soft(distance, radius, ring)

    monkeypatch.setattr(discs, "_soft", counted)
    x, y = (random_points(50_000).numpy() * 20 + 100).T
    count = draw_discs(Canvas.white(200, 200), x, y, 1.4, np.broadcast_to(rgb(RED), (50_000, 3)), 0.2)
    assert count == sum(sizes) == 50_000 * 7**2
    assert max(sizes) <= discs.AT_ONCE * 7**2


def test_each_piece_of_a_line_is_drawn_once() -> None:
    at = np.random.default_rng(0).uniform(0, 50, (20, 11, 2))
    at[3, 5] = np.nan
    assert draw_lines(Canvas.white(50, 50), at, 1.0, np.broadcast_to(rgb(RED), (20, 11, 3)), 1.0) == 20 * 10 - 2


def test_the_order_of_points_does_not_count() -> None:
    x, y = (random_points(500).numpy() * 5 + 25).T
    colours = ramp(np.linspace(0, 1, 500))
    one, other = Canvas.white(50, 50), Canvas.white(50, 50)
    draw_discs(one, x, y, 3.0, colours, 0.5)
    draw_discs(other, x[::-1], y[::-1], 3.0, colours[::-1], 0.5)
    np.testing.assert_allclose(one.pixels, other.pixels, atol=1e-3)


def test_points_over_each_other_are_as_dark_as_their_number() -> None:
    canvas = Canvas.white(20, 20)
    draw_discs(canvas, np.full(3, 10.0), np.full(3, 10.0), 4.0, np.zeros((3, 3), dtype=np.float32), 0.5)
    assert canvas.pixels[9, 9].tolist() == pytest.approx([255 * 0.5**3] * 3, abs=0.01)


def test_a_rectangle_colours_a_pixel_by_how_much_it_covers() -> None:
    canvas = Canvas.white(4, 3)
    canvas.rectangle(Box(0.5, 1.0, 2.25, 2.0), "#000000")
    assert canvas.pixels[1, :, 0].tolist() == pytest.approx([127.5, 0, 191.25, 255])
    assert canvas.pixels[0].min() == 255


def test_letters_are_large_enough_and_a_minus_is_seen() -> None:
    minus, plain = Line("−1", 12), Line("1", 12)
    assert minus.width > plain.width + 6
    assert minus.coverage[:, : int(minus.width - plain.width)].max() > 0.5
    digits = Line("0123456789", 12).coverage.max(1)
    assert 8 <= np.count_nonzero(digits > 0.3) <= 10


def test_what_the_font_lacks_is_never_drawn_as_a_box() -> None:
    assert Line("é漢字", 12).text == "e??"


def test_colours_of_series_differ_for_colour_blind_eyes() -> None:
    """Viénot, Brettel & Mollon 1999: the linear maps of red- and green-blindness."""
    linear = (np.stack([rgb(colour) for colour in SERIES]) / 255.0) ** 2.2
    red_blind = np.array([[0.112, 0.888, 0.0], [0.112, 0.888, 0.0], [0.004, -0.004, 1.0]])
    green_blind = np.array([[0.293, 0.707, 0.0], [0.293, 0.707, 0.0], [-0.021, 0.021, 1.0]])
    for seen in (np.eye(3), red_blind, green_blind):
        shown = (linear @ seen.T).clip(0, 1) ** (1 / 2.2) * 255
        for one, other in combinations(range(len(SERIES)), 2):
            assert np.abs(shown[one] - shown[other]).max() > 30, (SERIES[one], SERIES[other])


def test_the_scale_of_colours_grows_lighter_throughout() -> None:
    light = ramp(np.linspace(0, 1, 50)) @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(light) > 0).all()
