"""What models that agree with a measurement share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, TypeAlias

import torch
from torch import Tensor

from graphs import InputError, Number, also
from nodes.contracts.asking import predict
from nodes.contracts.context import Context
from nodes.contracts.levels import alpha_sigma, beside, factor
from nodes.contracts.model import Model
from nodes.contracts.operator import Measurement, Operator
from nodes.contracts.query import Prediction, Query
from nodes.contracts.rows import Rows

PriorVariance: TypeAlias = Annotated[float, Number(minimum=1e-6, maximum=1e6, scale="log"), also("data_variance")]
"""v in r² = v s²/(v + s²): how far x0 is from its prediction, were the data N(m, v)."""
LEAST, MOST = 1e-8, 1e8
"""Of the weight of a proximal map."""


def require_linear(operator: Operator, measurement: Measurement) -> None:
    """`InputError` unless the operator is linear and made the measurement."""
    if "linear" not in operator.abilities:
        raise operator.missing("pseudo-inverse or proximal map")
    measurement.require(operator)


def require_gradients(model: Model) -> None:
    """`InputError` where a model gives no gradients."""
    if "differentiable" not in model.abilities:
        raise InputError(
            "the model gives no gradients",
            where="model",
            given=type(model).__name__,
            allowed='a model with the ability "differentiable", as model.checkpoint',
            mend="use a method without gradients, as measurement.diffpir",
        )


def require_noise(measurement: Measurement, why: str) -> None:
    """`InputError` of a measurement without noise."""
    if not measurement.sigma:
        raise InputError(
            why,
            where="measurement",
            given=measurement.describe(),
            allowed="a measurement with sigma_y above 0",
            mend="set `sigma_y` where it is measured",
        )


def require_even(s: Tensor) -> None:
    """`InputError` of levels that differ by place, as an operator mixes places."""
    if s.ndim > 1:
        raise InputError("these levels differ by place", where="levels", allowed="one level for each row")


def left_over(s: Tensor, variance: float) -> Tensor:
    """r² = v s²/(v + s²) of levels s, float64, like them; v at s = inf."""
    finite = s.masked_fill(torch.isinf(s), 1.0).double().square()
    return torch.where(torch.isinf(s), variance, variance * finite / (variance + finite))


def precision_weighted(
    operator: Operator, residual: Tensor, spread: Tensor, sigma: float, rows: Rows, like: Tensor
) -> Tensor:
    """Aᵀ (r² A Aᵀ + sigma²)⁻¹ residual for r² = `spread` [B], by what the operator has; like x [B, *event]."""
    if not sigma:
        return operator.pinv(residual, rows) / factor(spread.clamp_min(LEAST), like)
    weight = sigma**2 / spread.clamp_min(sigma**2 / MOST)
    near = operator.prox(torch.zeros_like(like), residual, weight, rows)
    return near * factor(weight / sigma**2, like)


def proximal(operator: Operator, x0: Tensor, residual: Tensor, weight: Tensor, rows: Rows) -> Tensor:
    """The x that minimises |A x − y|²/2 + weight |x − x0|²/2, given the residual y − A x0.

    Weight [B] from 0, where it is the x nearest to x0 with A x = y, to inf, where it is x0.
    """
    bounded = x0 + operator.prox(torch.zeros_like(x0), residual, weight.clamp(LEAST, MOST), rows)
    agreeing = x0 + operator.pinv(residual, rows)
    weight = beside(weight, x0)
    return torch.where(weight < LEAST, agreeing, torch.where(weight > MOST, x0, bounded))


@dataclass(frozen=True)
class Pulled:
    """An answer, the pull (∂x0/∂x)ᵀ g [B, *event], and log N(y; A x0, r² A Aᵀ + σ_y²) [B] but for its constant."""

    answer: Prediction
    toward: Tensor
    log_likelihood: Tensor


class ThroughModel:
    """Asks a model with gradients, and pulls some g(x0) back through it."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def pull(self, q: Query, ctx: Context, of: Operator, seen: Measurement, spread: Tensor) -> Pulled:
        """With g = Aᵀ (r² A Aᵀ + σ_y²)⁻¹ (y − A x0); a graph is left only to who asked with gradients."""
        nested = torch.is_grad_enabled() and q.x.requires_grad
        with torch.enable_grad():
            x = q.x if q.x.requires_grad else q.x.detach().requires_grad_()
            answer = predict(self.model, replace(q, x=x), ctx)
            x0 = answer.x0 if nested else answer.x0.detach()
            residual = seen.residual(of, x0, q.rows, ctx)
            toward = precision_weighted(of, residual, spread, seen.sigma, q.rows, x0)
            ctx.meter.backward(len(q.rows))
            (back,) = torch.autograd.grad(answer.x0, x, toward, create_graph=nested, allow_unused=True)
        back = torch.zeros_like(q.x) if back is None else back
        told = log_likelihood(of, residual.detach(), toward.detach(), spread, seen.sigma, q.rows)
        return Pulled(answer if nested else detached(answer), back, told)


def log_likelihood(
    operator: Operator, residual: Tensor, toward: Tensor, spread: Tensor, sigma: float, rows: Rows
) -> Tensor:
    """−½ ⟨e, (r² A Aᵀ + sigma²)⁻¹ e⟩ of residuals e, [B] float64, from `toward` = Aᵀ(r² A Aᵀ + sigma²)⁻¹ e; or 0."""
    if not sigma:
        return torch.zeros(len(residual), dtype=torch.float64, device=residual.device)
    left = residual - operator.apply(factor(spread, toward) * toward, rows)
    return -(residual * left).double().flatten(1).sum(1) / (2 * sigma**2)


def bayes(s: Tensor) -> Tensor:
    """σ²/α, by which the gradient of a log density moves x0; 0 at s = inf, where a model does not look at x."""
    alpha, sigma = alpha_sigma(s)
    return torch.where(alpha > 0, sigma.square() / alpha, 0.0)


def detached(answer: Prediction) -> Prediction:
    """The answer without a graph of gradients."""
    return Prediction(
        answer.x0.detach(),
        None if answer.eps is None else answer.eps.detach(),
        {name: entry.detach() for name, entry in answer.keep.items()},
        {name: entry.detach() for name, entry in answer.aux.items()},
    )
