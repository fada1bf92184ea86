"""The null-space method: what was measured is put in, the rest is left to the model."""

from __future__ import annotations

from graphs import Estimate, Known, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.model import Asks, Mixer, Model
from nodes.contracts.operator import Measurement, Operator
from nodes.contracts.query import Prediction, Query


def cost(known: Known) -> Estimate:
    """The model's own."""
    return Estimate(each=known.input("model").each)


@node(abilities=abilities(like="model", without=("prompt",)), cost=cost)
def ddnm(model: Model, operator: Operator, measurement: Measurement) -> Model:
    """DDNM (Wang et al. 2022, arXiv:2212.00490, equation 13): x0' = x0 + A⁺(y − A x0).

    Every prediction agrees with the measurement, A x0' = y, so the sample does too, whatever solver takes the steps;
    the model fills in the null space of A. Meant for measurements without noise: noise of y is put in like the rest.
    Where the model gave an ε of its own, it stays. Row r has the measurement `origin mod R`.
    Cost: 1 model row per sample. Errors: an operator that is not linear; one that did not make the measurement.
    """
    if "linear" not in operator.abilities:
        raise operator.missing("a pseudo-inverse")
    measurement.require(operator)
    return NullSpace(model, operator, measurement)


class NullSpace(Mixer):
    """A model whose predictions agree with a measurement."""

    def __init__(self, model: Model, operator: Operator, measurement: Measurement) -> None:
        self.model, self.operator, self.measurement = model, operator, measurement
        self.space, self.abilities = model.space, model.abilities - {"prompt"}

    def cost(self, s: float) -> float:
        """The model's own."""
        return self.model.cost(s)

    def asks(self, q: Query, ctx: Context) -> Asks:
        """The question itself."""
        return [(self.model, q)]

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """The prediction, corrected in the row space of A."""
        x0 = answers[0].x0
        residual = self.measurement.residual(self.operator, x0, q.rows, ctx)
        return Prediction(x0 + self.operator.pinv(residual, q.rows), answers[0].eps)
