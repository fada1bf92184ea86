"""From where to where the axes of a plot go."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from nodes.contracts.marks import Bars, Mark
from nodes.contracts.plot import Plot, PlotAxis

MARGIN = 0.04
"""Room around the data, as a share of their extent."""
FINEST = 1e-6
"""The smallest extent that numbers of size 1 are told apart on."""


class Range(NamedTuple):
    """From low to high, low < high; `log`: in decades."""

    low: float
    high: float
    log: bool = False

    def place(self, values: Tensor) -> Tensor:
        """Where numbers lie: 0 at the low end, 1 at the high one; float64. NaN where there is no place."""
        values = values.double()
        if self.log:
            low, high = math.log10(self.low), math.log10(self.high)
            return (torch.log10(torch.where(values > 0, values, torch.nan)) - low) / (high - low)
        return (values - self.low) / (self.high - self.low)


def ranges(plots: Sequence[Plot]) -> tuple[Range, Range]:
    """The axes that show all data of these plots."""
    marks = [mark for plot in plots for mark in plot.marks]
    x = axis_range(plots[0].x, [_horizontal(mark) for mark in marks])
    y = axis_range(plots[0].y, [_vertical(mark) for mark in marks])
    based = plots[0].y.limits is None and any(isinstance(mark, Bars) for mark in marks)
    low = min((float(mark.heights.min()) for mark in marks if isinstance(mark, Bars) and len(mark.heights)), default=0)
    return x, (y._replace(low=0.0) if based and low >= 0 and not y.log and y.low < 0 else y)


def colour_range(plots: Sequence[Plot]) -> Range | None:
    """The scale of colours for all values of these plots; None where there is no value."""
    values = [value for plot in plots for mark in plot.marks if (value := getattr(mark, "value", None)) is not None]
    if not values:
        return None
    return axis_range(plots[0].colours or PlotAxis(), values, margin=0.0)


def axis_range(axis: PlotAxis, found: Sequence[Tensor], margin: float = MARGIN) -> Range:
    """As far as the axis says, or as the numbers and a margin go; 0 … 1 around nothing."""
    if axis.limits is not None:
        return Range(*axis.limits, axis.log)
    numbers = torch.cat([numbers.detach().cpu().double().flatten() for numbers in found] or [torch.zeros(0)])
    numbers = numbers[~torch.isnan(numbers)]
    if axis.log:
        numbers = numbers[numbers > 0].log10()
    low, high = (float(numbers.min()), float(numbers.max())) if len(numbers) else (0.0, 1.0)
    low, high = widened(low, high, margin)
    return Range(10**low, 10**high, log=True) if axis.log else Range(low, high)


def widened(low: float, high: float, margin: float) -> tuple[float, float]:
    """A bit more on both sides; and where there is no extent, one that can be told apart."""
    least = max(abs(low), abs(high)) * FINEST
    if high - low <= least:
        room = max(abs(low) / 2, least, 0.5 if not low else 0.0)
        return low - room, high + room
    room = (high - low) * margin
    return low - room, high + room


def equalled(x: Range, y: Range, width: float, height: float) -> tuple[Range, Range]:
    """The axes of a box of this size on which a unit is as long on both: one is made longer about its middle."""
    unit = max((x.high - x.low) / width, (y.high - y.low) / height)
    return _stretched(x, unit * width), _stretched(y, unit * height)


def _stretched(axis: Range, length: float) -> Range:
    middle = axis.low / 2 + axis.high / 2
    return axis._replace(low=middle - length / 2, high=middle + length / 2)


def _horizontal(mark: Mark) -> Tensor:
    return mark.edges if isinstance(mark, Bars) else mark.at[..., 0]


def _vertical(mark: Mark) -> Tensor:
    if isinstance(mark, Bars):
        return torch.cat([mark.heights, mark.heights.new_zeros(1)])
    return mark.at[..., 1]
