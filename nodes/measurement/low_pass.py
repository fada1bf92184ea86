"""A low-pass projection: of a picture only what is coarse is seen."""

from __future__ import annotations

from typing import Annotated

from torch import Tensor

from graphs import Estimate, Number, abilities, also, node
from nodes.contracts.model import Model
from nodes.contracts.operator import Operator
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.measurement.fourier import Filter, of_rows, radius
from nodes.measurement.shapes import PICTURE, picture_of


@node(abilities=abilities("linear", "svd"), cost=Estimate())
def low_pass(
    like: Model | Sample,
    *,
    cutoff: Annotated[float, Number(minimum=0, maximum=1.5, step=0.05), also("threshold")] = 0.25,
) -> Operator:
    """The ideal low-pass filter: A x = P x, which keeps the frequencies up to `cutoff` of the highest.

    [B, C, H, W] stays its shape; at 0 only the mean of each channel is left, above √2 everything is. P is a projection:
    A = Aᵀ = A⁺. What ILVR conditions on (arXiv:2108.02938), there by resizing. Cost: none.
    Errors: an event that is no picture.
    """
    _, height, width = picture_of(like, "filters")
    return LowPass((radius(height, width) <= cutoff).double())


class LowPass(Filter):
    """Keeps the frequencies where `kept` [1, 1, H, W/2 + 1] is 1."""

    def __init__(self, kept: Tensor) -> None:
        self.kept = kept

    def measures(self, event: tuple[int, ...]) -> bool:
        """Pictures of its size."""
        return len(event) == PICTURE and (event[1], event[2] // 2 + 1) == self.kept.shape[-2:]

    def response(self, like: Tensor, rows: Rows) -> Tensor:
        """1 and 0."""
        return of_rows(self.kept, rows, like)
