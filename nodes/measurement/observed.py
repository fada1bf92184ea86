"""A measurement that was made elsewhere."""

from __future__ import annotations

from typing import Annotated

from graphs import Estimate, Number, also, node
from nodes.contracts.operator import Measurement, Operator
from nodes.contracts.sample import Sample


@node(cost=Estimate())
def observed(
    sample: Sample,
    operator: Operator,
    *,
    sigma_y: Annotated[float, Number(minimum=0, maximum=1e6, step=0.01), also("sigma", "noise")] = 0.0,
) -> Measurement:
    """Points as a measurement y [R, *measured]: a damaged picture itself, said to be what this operator saw.

    `sigma_y` is how much noise it has; nothing is measured and nothing drawn, as measurement.measure does it.
    Cost: none. Errors: points that are not clean.
    """
    sample.require_clean("sample")
    return Measurement(sample.x, sigma_y, operator.digest)
