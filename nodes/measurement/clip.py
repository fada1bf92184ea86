"""Clipping, as an overexposed picture: what is too bright or too dark is lost."""

from __future__ import annotations

from typing import Annotated

from torch import Tensor

from graphs import Estimate, Number, abilities, also, node
from nodes.contracts.operator import Operator
from nodes.contracts.rows import Rows


@node(abilities=abilities(), cost=Estimate(), also=("measurement.high_dynamic_range",))
def clip(
    *, exposure: Annotated[float, Number(minimum=1e-3, maximum=1e3, scale="log"), also("scale")] = 2.0
) -> Operator:
    """High dynamic range: A x is exposure · x, cut at −1 and 1, number by number [B, *event].

    As the HDR task of DAPS (arXiv:2407.01521) and RED-diff (arXiv:2305.04391). Not linear; where it is clipped there
    is no gradient. Cost: none.
    """
    return Clip(exposure)


class Clip(Operator):
    """Scaled and clipped."""

    def __init__(self, exposure: float) -> None:
        self.exposure = exposure

    def apply(self, x: Tensor, rows: Rows) -> Tensor:
        """The exposure, cut: clip(exposure · x, −1, 1)."""
        return (self.exposure * x).clamp(-1, 1)
