"""How well points agree with a measurement."""

from __future__ import annotations

from typing import Annotated

from torch import Tensor

from graphs import Estimate, Number, abilities, also, node
from nodes.contracts.context import Context
from nodes.contracts.operator import Measurement, Operator
from nodes.contracts.reward import Reward
from nodes.contracts.sample import Sample


@node(abilities=abilities("differentiable"), cost=Estimate(), also=("reward.measurement_fit",))
def measurement(
    operator: Operator,
    measurement: Measurement,
    *,
    sigma_y: Annotated[float, Number(minimum=0, maximum=1e6, step=0.01), also("noise", "sigma")] = 0.0,
) -> Reward:
    """How well a point agrees with a measurement: r(x) = −|y − A x|²/(2 sigma_y²), the log likelihood of y.

    Data tilted by exp(r) are the posterior given y = A x + n, n ~ N(0, sigma_y²). With `sigma_y` 0 it is the
    measurement's own noise, and 1 where that has none, so that it is half the squared residual. Row r has the
    measurement `origin mod R`. x [B, *event]; differentiable where the operator is. Cost: 1 reward a row.
    Errors: an operator that did not make the measurement.
    """
    measurement.require(operator)
    return Fit(operator, measurement, sigma_y or measurement.sigma or 1.0)


class Fit(Reward):
    """The reward of `measurement`."""

    abilities = frozenset({"differentiable"})

    def __init__(self, operator: Operator, measurement: Measurement, sigma: float) -> None:
        self.operator, self.measurement, self.sigma = operator, measurement, sigma

    def score(self, sample: Sample, ctx: Context) -> Tensor:
        """Less half the squared residual in units of the noise."""
        residual = self.measurement.residual(self.operator, sample.x, sample.rows, ctx)
        return -residual.square().flatten(1).sum(1) / (2 * self.sigma**2)
