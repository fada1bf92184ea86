"""Diffusion posterior sampling: the measurement pulls through the model's gradient."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Literal, TypeAlias

import torch
from torch import Tensor

from graphs import Curve, CurveOver, Estimate, InputError, Known, LevelCurve, abilities, also, needs, node
from nodes.contracts.asking import predict
from nodes.contracts.context import Context
from nodes.contracts.levels import alpha_sigma, factor
from nodes.contracts.model import Model, Wrapper
from nodes.contracts.operator import Measurement, Operator
from nodes.contracts.query import Prediction, Query
from nodes.guidance.branches import eps_in, values_at

Form: TypeAlias = Literal["step", "score"]


def cost(known: Known) -> Estimate:
    """The model's own; the passes backward count apart."""
    return Estimate(each=known.input("model").each)


@node(abilities=abilities(like="model", without=("prompt",)), cost=cost)
def dps(
    model: Annotated[Model, needs("differentiable")],
    operator: Operator,
    measurement: Measurement,
    *,
    zeta: Annotated[Curve, CurveOver(minimum=0, maximum=1000, step=0.05), also("strength", "scale")] = 1.0,
    form: Form = "step",
) -> Model:
    """Diffusion posterior sampling (Chung et al. 2022, arXiv:2209.14687): pulled toward y = A x through the model.

    With r = y − A x0 and g = (∂x0/∂x)ᵀ Aᵀ r, one pass backward:
    "step" (Algorithm 1): a first-order step ends zeta · g/|r| further, as x0' = x0 + zeta/α' · g/|r| with the model's
    own ε, α' at the level that the step goes to. That is about as far whatever r is, so zeta = 1 is for the paper's
    thousand steps, and 25 want about 4. "score" (equation 11): x0' = x0 + zeta · (σ²/α) g/σ_y², the score of
    the posterior if x0 were certain; zeta = 1 is Bayes' rule, and the measurement needs noise. At s = inf, where the
    model does not look at x, nothing is pulled. Not exact in either form: for a Gaussian the spread comes out wrong.
    A may be any operator that has gradients. |r| is each row's own, shown as `residual`; row r has the measurement
    `origin mod R`. A curve gives each level a zeta of its own.
    Cost: 1 model row per sample and 1 pass backward; with zeta 0 the model itself, bitwise, and no pass backward.
    Errors: a model without gradients; the "score" form of a measurement without noise; an operator that did
    not make the measurement.
    """
    if "differentiable" not in model.abilities:
        raise InputError(
            "the model gives no gradients",
            given=type(model).__name__,
            allowed='a model with the ability "differentiable", as model.checkpoint',
            mend="use a method without gradients, as measurement.ddnm",
        )
    if form == "score" and not measurement.sigma:
        raise InputError(
            "the score of a measurement without noise is infinite",
            given=measurement.describe(),
            allowed="a measurement with sigma_y above 0",
            mend='set `sigma_y` where it is measured, or `form` to "step"',
        )
    measurement.require(operator)
    return PosteriorSampling(model, operator, measurement, zeta, form)


@dataclass(frozen=True)
class Pull:
    """An answer at x, the residual's norm |r| [B], and the pull g [B, *event]."""

    answer: Prediction
    norm: Tensor
    toward: Tensor


class PosteriorSampling(Wrapper):
    """A model pulled toward a measurement."""

    def __init__(
        self, model: Model, operator: Operator, measurement: Measurement, zeta: float | LevelCurve, form: Form
    ) -> None:
        self.model, self.operator, self.measurement, self.zeta, self.form = model, operator, measurement, zeta, form
        self.space, self.abilities = model.space, model.abilities - {"prompt"}

    def cost(self, s: float) -> float:
        """The model's own."""
        return self.model.cost(s)

    def answer(self, q: Query, ctx: Context) -> Prediction:
        """The model's answer, its x0 pulled; a graph of gradients is left only to who asked with gradients."""
        zeta = values_at(self.zeta, q.s)
        if not bool((zeta != 0).any()):
            return predict(self.model, q.inside(), ctx)
        nested = torch.is_grad_enabled() and q.x.requires_grad
        pull = self._pull(q, ctx, nested=nested)
        pulled = self._step(q, zeta, pull) if self.form == "step" else self._score(q, zeta, pull)
        pulled = replace(pulled, keep=pull.answer.keep, aux={**pull.answer.aux, "residual": pull.norm})
        return pulled if nested else _detached(pulled)

    def _pull(self, q: Query, ctx: Context, *, nested: bool) -> Pull:
        with torch.enable_grad():
            x = q.x if q.x.requires_grad else q.x.detach().requires_grad_()
            answer = predict(self.model, replace(q.inside(), x=x), ctx)
            residual = self.measurement.residual(self.operator, answer.x0, q.rows, ctx)
            squared = residual.square().flatten(1).sum(1)
            ctx.meter.backward(len(q.rows))
            (gradient,) = torch.autograd.grad(squared.sum() / 2, x, create_graph=nested)
        return Pull(answer, squared.sqrt(), -gradient)

    def _step(self, q: Query, zeta: Tensor, pull: Pull) -> Prediction:
        alpha, _ = alpha_sigma(q.to)
        reach = factor(torch.where(alpha > 0, zeta / alpha, 0.0), pull.toward)
        norm = pull.norm.clamp_min(torch.finfo(pull.norm.dtype).tiny)
        moved = pull.toward / norm.reshape(-1, *(1,) * (q.x.ndim - 1))
        return Prediction(pull.answer.x0 + reach * moved, eps_in(q, pull.answer))

    def _score(self, q: Query, zeta: Tensor, pull: Pull) -> Prediction:
        alpha, sigma = alpha_sigma(q.s)
        reach = torch.where(alpha > 0, zeta * sigma.square() / alpha, 0.0) / self.measurement.sigma**2
        return Prediction(pull.answer.x0 + factor(reach, pull.toward) * pull.toward, pull.answer.eps)


def _detached(answer: Prediction) -> Prediction:
    return Prediction(
        answer.x0.detach(),
        None if answer.eps is None else answer.eps.detach(),
        {name: entry.detach() for name, entry in answer.keep.items()},
        {name: entry.detach() for name, entry in answer.aux.items()},
    )
