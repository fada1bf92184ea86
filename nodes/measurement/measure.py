"""Measuring a sample."""

from __future__ import annotations

from typing import Annotated

from graphs import Estimate, InputError, Number, Seed, also, node
from nodes.contracts.devices import moved
from nodes.contracts.draws import normal
from nodes.contracts.operator import Measurement, Operator
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample


@node(cost=Estimate())
def measure(
    sample: Sample,
    operator: Operator,
    *,
    sigma_y: Annotated[float, Number(minimum=0, maximum=1e6, step=0.01), also("noise", "sigma")] = 0.0,
    seed: Seed = 0,
) -> Measurement:
    """What an operator sees of a clean sample: y = A x + sigma_y · z, with z ~ N(0, 1).

    y [B, *measured], one for each row of the sample; z depends on `seed` and the row's number only. A model that is
    made to agree with the measurement gives row r that of its origin. Cost: none. Errors: a sample that is not clean.
    """
    if bool((sample.s != 0).any()):
        raise InputError(
            "only a clean sample is measured",
            given=f"a sample at s = {float(sample.s.max()):.4g}",
            allowed="s = 0",
            mend="wire what a sampler gives, not noise",
        )
    y = operator.apply(sample.x, sample.rows)
    if sigma_y:
        z = normal(Rows.first(seed, len(y)), tuple(y.shape[1:]), "measurement")
        y = y + sigma_y * moved(z.to(y.dtype), y.device)
    return Measurement(y, sigma_y, operator.digest)
