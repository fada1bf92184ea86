"""What guidance against a model's own perturbed self shares: the same network, asked with other attention."""

from __future__ import annotations

from dataclasses import replace

import torch

from graphs import Estimate, InputError, Known, LevelCurve, Span
from nodes.contracts.changes import changed
from nodes.contracts.model import Model
from nodes.contracts.query import Query
from nodes.guidance.against import Against
from nodes.networks.altering import AttentionChange


def perturbed_cost(known: Known, name: str) -> Estimate:
    """Twice the model's cost, once where the scale of that name is 0; a curve may be 0 at some levels."""
    scale = known.value(name)
    each = Span(1, 2) if scale is None or isinstance(scale, LevelCurve) else Span.of(2 if scale else 1)
    return Estimate(each=known.input("model").each * each)


def require_attention(model: Model) -> None:
    """`InputError` where the model has no attention that could be changed."""
    if "attention" not in model.abilities:
        raise InputError(
            "the model has no attention that can be changed",
            where="model",
            given=type(model).__name__,
            allowed='a model with the ability "attention", as model.checkpoint',
            mend="use guidance.sag, which needs none",
        )


class Perturbed(Against):
    """A model against itself with other attention."""

    null = 0.0

    def __init__(self, model: Model, change: AttentionChange, scale: float | LevelCurve) -> None:
        super().__init__(model, scale)
        self.change = change

    def costs(self, s: float) -> tuple[float, float]:
        """The model's own, twice."""
        return self.model.cost(s), self.model.cost(s)

    def weak_question(self, q: Query) -> tuple[Model, Query]:
        """The question itself, with other attention in all rows."""
        strength = torch.ones(len(q.rows), dtype=torch.float64)
        return self.model, replace(q, changes=changed(q.changes, self.change, strength))
