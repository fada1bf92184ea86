"""A Fourier mask, as magnetic resonance sees: some frequencies of a picture are measured."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import torch
from torch import Tensor

from graphs import Estimate, Fraction, Seed, abilities, also, node
from nodes.contracts.draws import uniform
from nodes.contracts.model import Model
from nodes.contracts.operator import Operator
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.measurement.fourier import of_rows
from nodes.measurement.linear import Gain, Spectral
from nodes.measurement.shapes import PICTURE, picture_of

Pattern: TypeAlias = Literal["lines", "points"]


@node(abilities=abilities("linear", "svd"), cost=Estimate(), also=("measurement.mri",))
def fourier_mask(
    like: Model | Sample,
    *,
    fraction: Fraction = 0.25,
    centre: Annotated[Fraction, also("center_fraction")] = 0.08,
    pattern: Pattern = "lines",
    seed: Seed = 0,
) -> Operator:
    """Magnetic resonance with one coil: A x = m ⊙ F x, with F the orthonormal Fourier transform and m of 0 and 1.

    [B, C, H, W] is seen as real and imaginary parts, [B, C, H, W, 2], 0 where nothing is measured. Measured are about
    `fraction` of the frequencies drawn by `seed`, whole columns ("lines") or each by itself ("points"), always with
    their opposites, which are their conjugates; and always the lowest `centre` of the columns (of the square).
    A is a partial isometry: A⁺ = Aᵀ. Undersampled as in Jalal et al. 2021 (arXiv:2108.01368). Cost: none.
    Errors: an event that is no picture.
    """
    _, height, width = picture_of(like, "measures frequencies")
    rows = Rows.first(seed, 1)
    drawn = uniform(rows, (1, width) if pattern == "lines" else (height, width), "fourier mask")[0]
    down, right = (torch.fft.fftfreq(size, dtype=torch.float64).abs() * 2 for size in (height, width))
    low = right[None] <= centre
    if pattern == "points":
        low = low & (down[:, None] <= centre)
    opposite = drawn.flip((0, 1)).roll((1, 1) if pattern == "points" else (0, 1), (0, 1))
    kept = (torch.minimum(drawn, opposite) < 1 - (1 - fraction) ** 0.5) | low
    return FourierMask(kept.expand(height, width).double()[None, None])


class FourierMask(Spectral):
    """A x = m ⊙ F x as real numbers; m [1, 1, H, W] is the same at opposite frequencies."""

    def __init__(self, kept: Tensor) -> None:
        self.kept = kept

    def measures(self, event: tuple[int, ...]) -> bool:
        """Pictures of its size."""
        return len(event) == PICTURE and event[1:] == self.kept.shape[-2:]

    def apply(self, x: Tensor, rows: Rows) -> Tensor:
        """The measured frequencies."""
        return torch.view_as_real(of_rows(self.kept, rows, x) * torch.fft.fft2(x, norm="ortho"))

    def filtered(self, x: Tensor, gain: Gain, rows: Rows) -> Tensor:
        """F⁻¹ (g(m) ⊙ F x)."""
        gained = gain(of_rows(self.kept, rows, x))
        picture: Tensor = torch.fft.ifft2(gained * torch.fft.fft2(x, norm="ortho"), norm="ortho").real
        return picture

    def backward(self, y: Tensor, gain: Gain, rows: Rows) -> Tensor:
        """F⁻¹ (g(1) m ⊙ y), its real part."""
        kept = of_rows(self.kept, rows, y)
        measured = gain(torch.ones_like(kept)) * kept * torch.view_as_complex(y)
        picture: Tensor = torch.fft.ifft2(measured, norm="ortho").real
        return picture
