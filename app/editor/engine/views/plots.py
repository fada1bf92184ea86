"""A plot as its numbers, for a browser that draws it itself; ranges and colours are settled here."""

from __future__ import annotations

from pydantic import JsonValue

from app.editor.engine.messages import Told
from app.editor.engine.views.numbers import numbers
from nodes.contracts.marks import Bars, Mark, Points, Polylines, Words
from nodes.contracts.plot import Plot, PlotAxis
from nodes.plotting.limits import Range, colour_range, ranges
from nodes.plotting.palette import series_colour


def plot_data(plot: Plot) -> Told:
    """A plot as JSON: title, note, axes with the range that they show, marks; or panels, which share the axes."""
    panels = plot.panels or (plot,)
    first = panels[0]
    x, y = ranges(panels)
    colours = colour_range(panels)
    return {
        "title": plot.title,
        "note": plot.note,
        "equal": first.equal,
        "x": _axis(first.x, x),
        "y": _axis(first.y, y),
        "colours": None if colours is None else _axis(first.colours or PlotAxis(), colours),
        "columns": plot.columns,
        "panels": [{"title": panel.title, "note": panel.note, "marks": _marks(panel)} for panel in panels],
    }


def _axis(axis: PlotAxis, shown: Range) -> Told:
    return {"label": axis.label, "low": shown.low, "high": shown.high, "log": shown.log}


def _marks(plot: Plot) -> list[JsonValue]:
    found: list[JsonValue] = []
    number = 0
    for mark in plot.marks:
        found.append(_mark(mark, series_colour(mark.colour, number)))
        number += not mark.colour
    return found


def _mark(mark: Mark, colour: str) -> Told:
    match mark:
        case Points():
            told: Told = {"mark": "points", "at": numbers(mark.at), "radius": mark.radius, "ring": mark.ring}
            value = mark.value
        case Polylines():
            told, value = {"mark": "lines", "at": numbers(mark.at), "width": mark.width}, mark.value
        case Bars():
            told = {"mark": "bars", "edges": numbers(mark.edges), "heights": numbers(mark.heights)}
            value = None
        case Words():
            return {"mark": "words", "at": numbers(mark.at), "texts": [*mark.texts], "colour": mark.colour}
    told |= {"name": mark.name, "colour": colour, "opacity": mark.opacity}
    return told if value is None else {**told, "value": numbers(value)}
