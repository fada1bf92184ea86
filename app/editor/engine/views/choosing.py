"""Which view a value has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.editor.engine.drawing import Drawn, Picture
from app.editor.engine.views.numbers import number
from app.editor.engine.views.pixels import MOST, encoded, image_of, size_of, small_sheet
from app.editor.engine.views.plots import plot_data
from app.editor.engine.views.samples import small_sample
from app.editor.engine.views.trajectories import trajectory_view
from graphs.media import File
from graphs.values import describe
from nodes.contracts.levels import Levels
from nodes.contracts.media import Image, Number, Text
from nodes.contracts.plot import Plot
from nodes.contracts.sample import Sample
from nodes.contracts.state import Halfway
from nodes.contracts.table import Table
from nodes.contracts.trajectory import Trajectory
from nodes.decoder.scatter import scatter
from nodes.plotting.drawing import drawn as drawn_plot
from nodes.plotting.drawing import png
from nodes.plotting.grids import grid_plot

LONGEST = 20_000
"""Characters of a text that are shown."""
LINES = 1_000
"""Rows of a table that are shown."""


def small_view(value: object) -> Drawn:
    """A value at a glance: at most one small picture, or one for each level of a trajectory."""
    match value:
        case Image():
            said = describe(value)
            return Drawn("pictures", said, (small_sheet(value.pixels),) if len(value.pixels) else ())
        case Plot():
            return Drawn("plot", describe(value), (_small_plot(value),))
        case Levels():
            return _levels(value)
        case Sample():
            return small_sample(value)
        case Halfway():
            return replace(small_sample(value.state.guess()), summary=describe(value))
        case _:
            return _plain(value)


def full_view(value: object, files: Sequence[File]) -> Drawn:
    """A value in full: each of its pictures, all numbers of a plot. `files` are what it is saved as."""
    match value:
        case Image():
            return Drawn("pictures", describe(value), _pictures(value, files))
        case Plot():
            pictures = tuple(_picture(file.content) for file in files if file.suffix == ".png")
            return Drawn("plot", describe(value), pictures, data=plot_data(value))
        case Sample():
            return _full_sample(value)
        case _:
            return small_view(value)


def _plain(value: object) -> Drawn:
    said = describe(value)
    match value:
        case Text():
            return Drawn("text", said, text=value.text[:LONGEST])
        case Number():
            return Drawn("number", said, value=number(value.value))
        case Table():
            rows = [[number(entry) if isinstance(entry, float) else entry for entry in row] for row in value.rows()]
            names = [name for name, _ in value.columns]
            return Drawn("table", said, data={"columns": [*names], "rows": [*rows[:LINES]], "count": len(rows)})
        case Trajectory():
            return trajectory_view(value)
        case _:
            return Drawn("summary", said)


def _levels(levels: Levels) -> Drawn:
    plot = grid_plot([levels], [""], "log_snr")
    return Drawn("plot", describe(levels), (_small_plot(plot),), data=plot_data(plot))


def _full_sample(sample: Sample) -> Drawn:
    small = small_sample(sample)
    if small.kind != "points" or sample.x[0].numel() < 2:  # noqa: PLR2004 - a plane
        return small
    plot = scatter(sample)
    content = png(plot, 1)
    return replace(small, pictures=(_picture(content),), data=plot_data(plot))


def _pictures(image: Image, files: Sequence[File]) -> tuple[Picture, ...]:
    singles = tuple(_picture(file.content, f"{place + 1}") for place, file in enumerate(files[:MOST]))
    if len(files) == 1:
        return (replace(singles[0], label=""),)
    return (_picture(image.preview(), "sheet"), *singles) if singles else ()


def _picture(content: bytes, label: str = "") -> Picture:
    return Picture(content, *size_of(content), label)


def _small_plot(plot: Plot) -> Picture:
    picture = image_of(drawn_plot(plot, 1))
    picture.thumbnail((512, 512))
    return replace(encoded(picture.quantize(64)))
