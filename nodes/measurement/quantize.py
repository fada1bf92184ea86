"""Quantisation: each number is seen as the nearest of a few."""

from __future__ import annotations

from typing import Annotated

from torch import Tensor

from graphs import Estimate, Number, abilities, node
from nodes.contracts.operator import Operator
from nodes.contracts.rows import Rows


@node(abilities=abilities(), cost=Estimate(), also=("measurement.quantise",))
def quantize(
    *, count: Annotated[int, Number(integer=True, minimum=2, maximum=65536)] = 4, straight_through: bool = True
) -> Operator:
    """Quantisation: A x is the nearest of `count` even values from −1 to 1, number by number [B, *event].

    Not linear. Its derivative is 0; `straight_through` gives 1 instead within −1 … 1 (Bengio et al. 2013,
    arXiv:1308.3432), so that methods with gradients can use it. Cost: none.
    """
    return Quantize(count, straight_through=straight_through)


class Quantize(Operator):
    """Rounded to a few values."""

    def __init__(self, count: int, *, straight_through: bool) -> None:
        self.count, self.straight_through = count, straight_through

    def apply(self, x: Tensor, rows: Rows) -> Tensor:
        """The nearest value."""
        inside = x.clamp(-1, 1)
        steps = (self.count - 1) / 2
        nearest = ((inside + 1) * steps).round() / steps - 1
        return inside + (nearest - inside).detach() if self.straight_through else nearest.detach()
