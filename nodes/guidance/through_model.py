"""What guidance with a pass back through the model shares: the gradient by x of something that is made of x0."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from graphs import LevelCurve
from nodes.contracts.asking import predict
from nodes.contracts.context import Context
from nodes.contracts.model import Model, Wrapper
from nodes.contracts.query import Prediction, Query
from nodes.guidance.branches import values_at
from nodes.guidance.pulling import nested


@dataclass(frozen=True)
class Slope:
    """A model's answer, an objective of each row [B], and its gradient by x [B, *event], through the model."""

    answer: Prediction
    objective: Tensor
    gradient: Tensor
    deeper: bool = False
    """Whether who asks differentiates further."""


class ThroughModel(Wrapper):
    """A model whose answer is moved along the gradient of an objective; with the scale 0 it is the model."""

    shown: str = "objective"

    def __init__(self, model: Model, scale: float | LevelCurve) -> None:
        self.model, self.scale = model, scale
        self.space, self.abilities = model.space, model.abilities - {"prompt"}

    @abstractmethod
    def objective(self, q: Query, x0: Tensor, ctx: Context) -> Tensor:
        """What is to be larger, [B], of the x0 that is predicted; gradients flow."""

    @abstractmethod
    def moved(self, q: Query, scale: Tensor, slope: Slope, ctx: Context) -> Prediction:
        """The answer, its x0 moved; `scale` is like the levels."""

    def cost(self, s: float) -> float:
        """The model's own."""
        return self.model.cost(s)

    def answer(self, q: Query, ctx: Context) -> Prediction:
        """The model's answer, moved; a graph of gradients is left only to who asked with gradients."""
        scale = values_at(self.scale, q.s)
        if not bool((scale != 0).any()):
            return predict(self.model, q.inside(), ctx)
        deeper = nested(q)
        slope = self.slope(q, ctx, deeper=deeper)
        moved = self.moved(q, scale, slope, ctx)
        aux = {**slope.answer.aux, self.shown: slope.objective, **moved.aux}
        found = replace(moved, keep=slope.answer.keep, aux=aux)
        return found if deeper else without_graph(found)

    def slope(self, q: Query, ctx: Context, *, deeper: bool) -> Slope:
        """One pass back through the model."""
        with torch.enable_grad():
            x = q.x if q.x.requires_grad else q.x.detach().requires_grad_()
            answer = predict(self.model, replace(q.inside(), x=x), ctx)
            objective = self.objective(q, answer.x0, ctx)
            ctx.meter.backward(len(q.rows))
            (gradient,) = torch.autograd.grad(objective.sum(), x, create_graph=deeper)
        return Slope(answer, objective, gradient, deeper)


def without_graph(answer: Prediction) -> Prediction:
    """The answer without what gradients would need."""
    return Prediction(
        answer.x0.detach(),
        None if answer.eps is None else answer.eps.detach(),
        {name: entry.detach() for name, entry in answer.keep.items()},
        {name: entry.detach() for name, entry in answer.aux.items()},
    )
