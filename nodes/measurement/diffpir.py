"""Plug-and-play restoration: each prediction is weighed against the measurement by a proximal map."""

from __future__ import annotations

from typing import Annotated

import torch

from graphs import Estimate, Known, Number, abilities, also, node
from nodes.contracts.context import Context
from nodes.contracts.model import Asks, Mixer, Model
from nodes.contracts.operator import Measurement, Operator
from nodes.contracts.query import Prediction, Query
from nodes.measurement.posterior import proximal, require_linear


def cost(known: Known) -> Estimate:
    """The model's own."""
    return Estimate(each=known.input("model").each)


@node(abilities=abilities(like="model", without=("prompt", "level_map")), cost=cost)
def diffpir(
    model: Model,
    operator: Operator,
    measurement: Measurement,
    *,
    regularization: Annotated[float, Number(minimum=1e-6, maximum=1e6, scale="log"), also("lambda_")] = 1.0,
) -> Model:
    """DiffPIR (Zhu et al. 2023, arXiv:2305.08995): x0' minimises |y − A x|²/(2 σ_y²) + λ |x − x0|²/(2 s²).

    So far from data the measurement decides, near it the model; λ = `regularization`, ever larger is the model. 1 is
    Bayes' rule for x0 ± s. The authors' code counts σ_y in pixels of 0 … 1 and s in those of −1 … 1, so its λ are four
    times ours: its 1 is 0.25 here, and the 7 that is often named 1.75. Solved by the operator's proximal map with
    weight λ σ_y²/s²; where that is 0, as without noise, x0' is measurement.ddnm's. Where the model gave an ε of its
    own, it stays. The paper's fresh noise is the solver's matter: wire solver.ddim with eta. Row r has the measurement
    `origin mod R`. Not exact.
    Cost: 1 model row per sample. Errors: an operator that is not linear; one that did not make the measurement.
    """
    require_linear(operator, measurement)
    return Proximal(model, operator, measurement, regularization)


class Proximal(Mixer):
    """The method of `diffpir`."""

    def __init__(self, model: Model, operator: Operator, measurement: Measurement, regularization: float) -> None:
        self.model, self.operator, self.measurement = model, operator, measurement
        self.regularization = regularization
        self.space, self.abilities = model.space, model.abilities - {"prompt", "level_map"}

    def cost(self, s: float) -> float:
        """The model's own."""
        return self.model.cost(s)

    def asks(self, q: Query, ctx: Context) -> Asks:
        """The question itself."""
        return [(self.model, q)]

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """The proximal point of the prediction."""
        x0 = answers[0].x0
        wanted = self.regularization * self.measurement.sigma**2
        weight = wanted / q.s.square() if wanted else torch.zeros_like(q.s)
        residual = self.measurement.residual(self.operator, x0, q.rows, ctx)
        return Prediction(proximal(self.operator, x0, residual, weight, q.rows), answers[0].eps)
