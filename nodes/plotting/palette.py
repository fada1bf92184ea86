"""The colours of plots: of series, told apart by colour-blind eyes too, and of values, from noise to data."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SERIES = ("#2f6db5", "#dc6a1c", "#12806a", "#d890bf", "#e8b832", "#46307f", "#7fc0ea")
"""For one series after the other."""

PAPER, INK, QUIET, FRAME, GRID = "#ffffff", "#252b36", "#5d6675", "#aeb6c2", "#e9ecf0"

RAMP = ("#2a2a6e", "#75358c", "#bf4477", "#e77c55", "#efc05a")
"""For values: dark at the low end, light at the high one, evenly so; of noise levels the data are the dark end."""

Colours = NDArray[np.float32]


def rgb(colour: str) -> Colours:
    """A colour "#rrggbb" as three numbers, 0 … 255."""
    return np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)], dtype=np.float32)


def ramp(values: NDArray[np.float64]) -> Colours:
    """The colours [..., 3] of values, 0 at the low end of the scale and 1 at the high one; what lies beyond is cut."""
    stops = np.linspace(0, 1, len(RAMP))
    anchors = np.stack([rgb(colour) for colour in RAMP], 1)
    return np.stack([np.interp(values.clip(0, 1), stops, channel) for channel in anchors], -1).astype(np.float32)


def series_colour(colour: str, number: int) -> str:
    """A mark's own colour, or that of the series of this number."""
    return colour or SERIES[number % len(SERIES)]
