"""FlowChef: each step is led toward the measurement by a gradient that does not go through the model."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor

from graphs import Curve, CurveOver, Estimate, Known, LevelCurve, abilities, also, node
from nodes.contracts.context import Context
from nodes.contracts.levels import factor
from nodes.contracts.model import Asks, Mixer, Model
from nodes.contracts.operator import Measurement, Operator
from nodes.contracts.query import Prediction, Query
from nodes.contracts.rows import Rows
from nodes.guidance.branches import eps_in, values_at


def cost(known: Known) -> Estimate:
    """The model's own."""
    return Estimate(each=known.input("model").each)


@node(abilities=abilities(like="model", without=("prompt",)), cost=cost)
def flowchef(
    model: Model,
    operator: Operator,
    measurement: Measurement,
    *,
    rho: Annotated[Curve, CurveOver(minimum=0, maximum=1000, step=0.05), also("strength", "learning_rate")] = 0.5,
    skip_last: bool = False,
) -> Model:
    """FlowChef (Patel et al. 2024, arXiv:2412.00100): the state of a flow is led by the gradient of |y − A x0|²/2.

    With g = −(∂A/∂x)ᵀ (y − A x0) by x0, the model's Jacobian taken as 1, a first-order step from z_t to z_r in the time
    of a flow, t = s/(1 + s), ends rho · g lower: x0' = x0 − rho (1 + s') g with the model's own ε, s' the level that
    the step goes to. At rho = 1 a mask's seen places end as measured. It is the sum over all numbers, not their mean,
    so rho does not depend on the size: the paper's step size over half the count of numbers. It does on A: with |A| its
    largest singular value 0.5/|A|² is steady (for measurement.super_resolution 0.5 · factor²), and more than 2/|A|²
    runs away. A may be any operator that has gradients. `skip_last` leaves the step to s' = 0 alone, as the paper does.
    At s' = inf nothing is led.
    Row r has the measurement `origin mod R`. Not exact.
    Cost: 1 model row per sample; with rho 0 the model itself, bitwise. Errors: an operator that did not measure.
    """
    measurement.require(operator)
    return Led(model, operator, measurement, rho, skip_last=skip_last)


class Led(Mixer):
    """The method of `flowchef`."""

    def __init__(
        self,
        model: Model,
        operator: Operator,
        measurement: Measurement,
        rho: float | LevelCurve,
        *,
        skip_last: bool = False,
    ) -> None:
        self.model, self.operator, self.measurement = model, operator, measurement
        self.rho, self.skip_last = rho, skip_last
        self.space, self.abilities = model.space, model.abilities - {"prompt"}

    def cost(self, s: float) -> float:
        """The model's own."""
        return self.model.cost(s)

    def asks(self, q: Query, ctx: Context) -> Asks:
        """The question itself."""
        return [(self.model, q)]

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """The prediction, led."""
        rho = values_at(self.rho, q.s)
        if not bool((rho != 0).any()):
            return answers[0]
        led = rho * torch.where(torch.isinf(q.to), 0.0, 1 + q.to)
        if self.skip_last:
            led = torch.where(q.to == 0, 0.0, led)
        x0 = answers[0].x0
        slope = misfit_slope(self.operator, self.measurement, x0, q.rows, ctx)
        return Prediction(x0 - factor(led, x0) * slope, eps_in(q, answers[0]))


def misfit_slope(operator: Operator, measurement: Measurement, x0: Tensor, rows: Rows, ctx: Context) -> Tensor:
    """The gradient of |y − A x0|²/2 by x0, [B, *event]; a graph is left only to who asked with gradients."""
    nested = torch.is_grad_enabled() and x0.requires_grad
    with torch.enable_grad():
        at = x0 if nested else x0.detach().requires_grad_()
        squared = measurement.residual(operator, at, rows, ctx).square().flatten(1).sum(1)
        if not squared.requires_grad:
            return torch.zeros_like(x0)
        (slope,) = torch.autograd.grad(squared.sum() / 2, at, create_graph=nested)
    return slope
