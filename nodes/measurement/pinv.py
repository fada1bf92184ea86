"""A measurement, brought back to where it was measured."""

from __future__ import annotations

import torch

from graphs import Estimate, node
from nodes.contracts.model import Model
from nodes.contracts.operator import Measurement, Operator
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample


@node(cost=Estimate())
def pinv(measurement: Measurement, operator: Operator, like: Model | Sample) -> Sample:
    """A⁺ y: the shortest clean point that explains a measurement best, as a sample to look at or to start from.

    Of a mask: what is seen, and 0 (grey) where it is hidden. [R, *event], one row for each measurement, at s = 0;
    `like` says which space the points are of. Cost: none.
    Errors: an operator without a pseudo-inverse; one that did not make the measurement.
    """
    measurement.require(operator)
    rows = Rows.first(0, len(measurement.y))
    x = operator.pinv(measurement.y, rows)
    return Sample(x, torch.zeros(len(rows), dtype=torch.float64), like.space, rows)
