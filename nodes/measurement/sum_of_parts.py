"""What is seen of joint points: the sum of what is seen of each part."""

from __future__ import annotations

import torch
from torch import Tensor

from graphs import Estimate, InputError, abilities, node
from nodes.contracts.model import Model
from nodes.contracts.operator import Operator
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.measurement.linear import Linear


@node(abilities=abilities("linear"), cost=Estimate())
def sum_of_parts(operators: tuple[Operator, ...], like: Model | Sample) -> Operator:
    """A sum over the parts of joint points: A [x_1; x_2; …] = A_1 x_1 + A_2 x_2 + …, an operator for each part.

    With a signal and a noise of its own structure, y = A x + n (arXiv:2302.05290): the noise's operator is then one
    that changes nothing, as measurement.blur of one pixel, or what gives white noise its structure. Points are flat
    [B, D]; `like` is measurement.joint. Aᵀ y is each part's own; pinv and prox by conjugate gradients. Cost: none.
    Errors: not an operator for each part; operators that are not linear, or see other shapes.
    """
    parts = like.space.parts
    if len(parts) != len(operators) or not all("linear" in operator.abilities for operator in operators):
        raise InputError(
            "the operators do not fit the parts",
            where="operators",
            given=f"{len(operators)} operators for {len(parts)} parts",
            allowed="a linear operator for each part of joint points",
            mend="wire measurement.joint to `like`, and the operators in its order",
        )
    rows = Rows.first(0, 1)
    seen = [
        tuple(operator.apply(torch.zeros(1, *part.event), rows).shape[1:])
        for operator, part in zip(operators, parts, strict=True)
    ]
    if len(set(seen)) != 1:
        raise InputError(
            "what is seen of the parts cannot be added",
            where="operators",
            given=", ".join(str(list(shape)) for shape in seen),
            allowed="one shape",
        )
    return SumOfParts(operators, like.space)


class SumOfParts(Linear):
    """The operator of `sum_of_parts`."""

    def __init__(self, operators: tuple[Operator, ...], space: Space) -> None:
        self.operators, self.space = operators, space

    def measures(self, event: tuple[int, ...]) -> bool:
        """Joint points."""
        return event == self.space.event

    def apply(self, x: Tensor, rows: Rows) -> Tensor:
        """Σ A_i x_i."""
        parts = self.space.split(x).values()
        seen = [operator.apply(part, rows) for operator, part in zip(self.operators, parts, strict=True)]
        return torch.stack(seen).sum(0)

    def adjoint(self, y: Tensor, rows: Rows) -> Tensor:
        """[A_1ᵀ y; A_2ᵀ y; …]."""
        return torch.cat([operator.adjoint(y, rows).flatten(1) for operator in self.operators], 1)
