"""Several operators that look at the same point."""

from __future__ import annotations

import math
from typing import Annotated

import torch
from torch import Tensor

from graphs import Estimate, InputError, NumberList, abilities, node
from nodes.contracts.model import Model
from nodes.contracts.operator import Operator
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.measurement.linear import Linear


@node(abilities=abilities(like="operators", without=("svd",)), cost=Estimate())
def stack(
    operators: tuple[Operator, ...],
    like: Model | Sample,
    *,
    weights: Annotated[tuple[float, ...], NumberList()] = (),
) -> Operator:
    """Operators on top of each other: A x = [w_1 A_1 x; w_2 A_2 x; …], each flattened, [B, M_1 + M_2 + …].

    So measurements of several kinds are fused. Where their noises differ, σ_i, weights 1/σ_i and a `sigma_y` of 1 say
    so; without, all weights are 1. Linear where all are; pinv and prox then by conjugate gradients, 64 at the most
    (Hestenes & Stiefel 1952). `like` says what the points are. Cost: none.
    Errors: no operator; weights that are not one for each, or 0.
    """
    chosen = weights or (1.0,) * len(operators)
    if not operators or len(chosen) != len(operators) or not all(chosen):
        raise InputError(
            "the weights do not fit the operators",
            where="weights",
            given=f"{len(chosen)} for {len(operators)} operators",
            allowed="one for each, none of them 0; at least one operator",
        )
    probe, rows = torch.zeros(1, *like.space.event), Rows.first(0, 1)
    shapes = tuple(tuple(operator.apply(probe, rows).shape[1:]) for operator in operators)
    if all("linear" in operator.abilities for operator in operators):
        return LinearStack(operators, chosen, shapes)
    return Stack(operators, chosen, shapes)


class Stack(Operator):
    """Weighted operators, and what each sees."""

    def __init__(
        self, operators: tuple[Operator, ...], weights: tuple[float, ...], shapes: tuple[tuple[int, ...], ...]
    ) -> None:
        self.operators, self.weights, self.shapes = operators, weights, shapes
        self.decodes = sum(operator.decodes for operator in operators)
        self.abilities = frozenset.intersection(*(operator.abilities for operator in operators)) - {"svd"}

    def measures(self, event: tuple[int, ...]) -> bool:
        """What each of them measures."""
        return all(operator.measures(event) for operator in self.operators)

    def apply(self, x: Tensor, rows: Rows) -> Tensor:
        """All that is seen, side by side."""
        pairs = zip(self.operators, self.weights, strict=True)
        return torch.cat([weight * operator.apply(x, rows).flatten(1) for operator, weight in pairs], 1)


class LinearStack(Stack, Linear):
    """Linear ones."""

    def adjoint(self, y: Tensor, rows: Rows) -> Tensor:
        """Σ w_i A_iᵀ y_i."""
        parts = torch.split(y, [math.prod(shape) for shape in self.shapes], 1)
        back = [
            weight * operator.adjoint(part.reshape(-1, *shape), rows)
            for operator, weight, part, shape in zip(self.operators, self.weights, parts, self.shapes, strict=True)
        ]
        total = back[0]
        for entry in back[1:]:
            total = total + entry
        return total
