"""Plots as data: what they refuse, how they are kept, and their numbers in a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from graphs import InputError
from graphs.media import Cells, Gathering, Savable
from graphs.parts import digest, parts_of, value_of
from graphs.values import describe
from nodes.contracts import marks
from nodes.contracts import plot as plots
from nodes.contracts.marks import Bars, Points, Polylines, Words
from nodes.contracts.plot import Plot, PlotAxis
from tests.nodes.contracts.sweeping import axis, noise
from tests.nodes.plotting.pictures import drawn, random_points, read

NAN, INF = torch.nan, torch.inf


def rows_of(plot: Plot) -> list[dict[str, str]]:
    """The rows of a plot's file of numbers."""
    file = plot.files()[1]
    assert file.suffix == ".csv"
    return list(csv.DictReader(io.StringIO(file.content.decode(), newline=""), strict=True))


def everything() -> Plot:
    """A plot that uses every field."""
    third = torch.tensor([[[1.0, 2.0], [NAN, NAN], [1 / 3, 4.0]]], dtype=torch.float64)
    return Plot(
        (
            Points(random_points(3), "dots", "#123456", torch.tensor([1.0, 2.0, 3.0]), ring=True),
            Polylines(third, "way"),
            Bars(torch.tensor([0.0, 1.0, 3.0]), torch.tensor([0.5, 0.25]), "bars"),
            Words(torch.tensor([[0.0, 1.0]]), ("here, there",)),
        ),
        "Title",
        PlotAxis("x", (0.0, 1.0)),
        PlotAxis("y", log=True),
        colours=PlotAxis("v"),
        note="note",
    )


def found(name: str) -> type:
    """The class of that name."""
    kind = getattr(plots, name, None) or getattr(marks, name)
    assert isinstance(kind, type)
    return kind


@pytest.mark.parametrize("plot", [everything(), Plot(), Plot(panels=(everything(), Plot()), columns=2)])
def test_a_plot_is_kept_and_found_again(plot: Plot) -> None:
    again = value_of(parts_of(plot), found)
    assert isinstance(again, Plot)
    assert digest(again) == digest(plot)
    assert again.preview() == plot.preview()
    assert rows_of(again) == rows_of(plot)


def test_every_number_is_in_the_file_and_can_be_read_back_exactly() -> None:
    plot = everything()
    rows = rows_of(plot)
    assert [row["mark"] for row in rows] == ["point"] * 3 + ["line"] * 3 + ["bar"] * 2 + ["word"]
    read_back = [[float(row["x"]), float(row["y"])] for row in rows[:3]]
    assert torch.equal(torch.tensor(read_back, dtype=torch.float64), random_points(3))
    assert [float(row["value"]) for row in rows[:3]] == [1, 2, 3]
    assert float(rows[5]["x"]) == 1 / 3
    assert [(row["x"], row["x_end"], row["y"]) for row in rows[6:8]] == [("0.0", "1.0", "0.5"), ("1.0", "3.0", "0.25")]
    assert rows[8]["text"] == "here, there"


def test_a_saved_plot_is_twice_as_sharp_as_its_preview() -> None:
    plot = everything()
    assert isinstance(plot, Savable)
    saved, preview = drawn(plot), read(plot.preview())
    assert abs(saved.shape[0] - 2 * preview.shape[0]) <= 4
    assert abs(saved.shape[1] - 2 * preview.shape[1]) <= 4


def test_a_plot_says_what_it_shows() -> None:
    assert describe(everything()) == 'Plot: 3 points "dots", 1 polylines "way", 2 bars "bars", 1 words'
    assert describe(Plot()) == "Plot: nothing"


def test_a_sweep_becomes_panels_called_by_their_values_in_rows_of_the_last_axis() -> None:
    cells = [Plot((Points(random_points(5, seed)),), "Same") for seed in range(6)]
    sheet = Plot.gather(Cells((axis("cfg.scale", 1, 2), axis("karras.steps", 4, 8, 16)), tuple(cells)))
    assert isinstance(sheet, Gathering)
    assert (sheet.title, sheet.columns) == ("Same", 3)
    assert [panel.title for panel in sheet.panels][:4] == [
        "scale 1, steps 4",
        "scale 1, steps 8",
        "scale 1, steps 16",
        "scale 2, steps 4",
    ]
    assert [row["panel"] for row in rows_of(sheet)][::5] == [panel.title for panel in sheet.panels]


@pytest.mark.parametrize(
    ("count", "columns"), [(1, 1), (2, 2), (3, 3), (4, 2), (5, 3), (6, 3), (7, 4), (9, 3), (10, 5)]
)
def test_one_axis_is_wrapped_into_a_grid_with_few_empty_places(count: int, columns: int) -> None:
    cells = tuple(Plot(title=str(cell)) for cell in range(count))
    sheet = Plot.gather(Cells((axis("a.p", *range(count)),), cells))
    assert (sheet.title, sheet.columns) == ("" if count > 1 else "0", columns)


def test_panels_lie_side_by_side() -> None:
    one, three = drawn(Plot(panels=(Plot(),), columns=1)), drawn(Plot(panels=(Plot(),) * 3, columns=2))
    assert three.shape[:2] == (2 * one.shape[0], 2 * one.shape[1])


def test_panels_of_the_same_numbers_look_the_same() -> None:
    sheet = drawn(Plot(panels=(Plot((Points(random_points(9)),)),) * 2, columns=2))
    half = sheet.shape[1] // 2
    assert (sheet[:, :half] == sheet[:, half:]).all()


def test_a_cell_without_a_plot_is_refused() -> None:
    with pytest.raises(InputError, match="holds no plot"):
        Plot.gather(Cells((axis("a.p", 1),), (noise(0),)))


PAIR = torch.zeros(1, 2)
REFUSED: dict[str, Callable[[], object]] = {
    "NaN": lambda: Points(torch.tensor([[0.0, NAN]])),
    "inf": lambda: Points(torch.tensor([[INF, 0.0]])),
    "too large": lambda: Points(torch.tensor([[1e200, 0.0]], dtype=torch.float64)),
    "an infinite line": lambda: Polylines(torch.tensor([[[0.0, 0.0], [INF, 1.0]]])),
    "a value NaN": lambda: Points(PAIR, value=torch.tensor([NAN])),
    "values of another count": lambda: Points(PAIR, value=torch.zeros(2)),
    "three coordinates": lambda: Points(torch.zeros(4, 3)),
    "whole numbers": lambda: Points(torch.zeros(4, 2, dtype=torch.int64)),
    "points as lines": lambda: Polylines(PAIR),
    "a colour by name": lambda: Points(PAIR, colour="red"),
    "edges that fall": lambda: Bars(torch.tensor([1.0, 0.0]), torch.tensor([1.0])),
    "as many edges as bars": lambda: Bars(torch.zeros(2), torch.zeros(2)),
    "a word too many": lambda: Words(PAIR, ("a", "b")),
    "a word nowhere": lambda: Words(PAIR * NAN, ("a",)),
    "limits that fall": lambda: PlotAxis(limits=(1.0, 0.0)),
    "infinite limits": lambda: PlotAxis(limits=(0.0, INF)),
    "decades from 0": lambda: PlotAxis(limits=(0.0, 1.0), log=True),
    "panels beside marks": lambda: Plot((Points(PAIR),), panels=(Plot(),), columns=1),
    "panels in no column": lambda: Plot(panels=(Plot(),)),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_drawn_is_refused(case: str) -> None:
    with pytest.raises(InputError):
        REFUSED[case]()


def test_no_tensor_of_a_plot_is_changed_by_drawing() -> None:
    at: Tensor = random_points(5)
    before, version = at.clone(), at._version
    drawn(Plot((Points(at, value=at[:, 0]), Polylines(at[None]))))
    assert torch.equal(at, before)
    assert at._version == version
