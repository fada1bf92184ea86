"""A measurement, brought back to where it was measured."""

from __future__ import annotations

import torch

from graphs import Estimate, node
from graphs.running.context import Meter
from nodes.contracts.context import Context
from nodes.contracts.model import Model
from nodes.contracts.operator import Measurement, Operator
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.measurement.posterior import require_linear


@node(cost=Estimate())
def pinv(measurement: Measurement, operator: Operator, like: Model | Sample) -> Sample:
    """A⁺ y: the shortest clean point that explains a measurement best, as a sample to look at or to start from.

    Of a mask: what is seen, and 0 (grey) where it is hidden. [R, *event], one row for each measurement, at s = 0;
    `like` says which space the points are of. Cost: none.
    Errors: an operator that is not linear; one that did not make the measurement, or measures other points than `like`.
    """
    require_linear(operator, measurement)
    rows = Rows.first(0, len(measurement.y))
    nothing = measurement.y.new_zeros(len(rows), *like.space.event)
    residual = measurement.residual(operator, nothing, rows, Context(Meter()))
    return Sample(operator.pinv(residual, rows), torch.zeros(len(rows), dtype=torch.float64), like.space, rows)
