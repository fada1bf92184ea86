"""Phase retrieval: of the Fourier transform only the magnitudes are seen."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor

from graphs import Estimate, Number, abilities, node
from nodes.contracts.model import Model
from nodes.contracts.operator import Operator
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.measurement.shapes import PICTURE, picture_of


@node(abilities=abilities(), cost=Estimate())
def phase_retrieval(
    like: Model | Sample, *, oversample: Annotated[float, Number(minimum=0, maximum=8, step=0.5)] = 2.0
) -> Operator:
    """Phase retrieval: A x = |F(pad x)|, the magnitudes of the orthonormal Fourier transform.

    Before, the picture [B, C, H, W] in −1 … 1 becomes (x + 1)/2 in 0 … 1 and is padded with 0 by
    round(oversample/8 · size) pixels at each side, as in DPS (arXiv:2209.14687, section 4). Not linear, with gradients:
    for measurement.dps, measurement.flowchef, measurement.red_diff, solver.daps. A picture and its reflection through
    a point have the same magnitudes: restart from several noises and keep the lowest residual. Cost: none.
    Errors: an event that is no picture.
    """
    _, height, width = picture_of(like, "measures magnitudes")
    return Magnitudes((round(oversample / 8 * height), round(oversample / 8 * width)))


class Magnitudes(Operator):
    """The magnitudes of a padded picture's frequencies."""

    def __init__(self, padding: tuple[int, int]) -> None:
        self.padding = padding

    def measures(self, event: tuple[int, ...]) -> bool:
        """Pictures."""
        return len(event) == PICTURE

    def apply(self, x: Tensor, rows: Rows) -> Tensor:
        """|F(pad (x + 1)/2)|."""
        down, right = self.padding
        padded = torch.nn.functional.pad((x + 1) / 2, (right, right, down, down))
        magnitudes: Tensor = torch.fft.fft2(padded, norm="ortho").abs()
        return magnitudes
