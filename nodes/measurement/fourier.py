"""Operators that are filters: they multiply each frequency of a picture by a number."""

from __future__ import annotations

from abc import abstractmethod

import torch
from torch import Tensor

from nodes.contracts.devices import moved, take_rows
from nodes.contracts.rows import Rows
from nodes.measurement.linear import Gain, Spectral, positive
from nodes.measurement.shapes import PICTURE


class Filter(Spectral):
    """A x = F⁻¹ (h ⊙ F x) for pictures that go on at their other side; |h| are the singular values."""

    @abstractmethod
    def response(self, like: Tensor, rows: Rows) -> Tensor:
        """H [R or B, 1, H, W/2 + 1], where `like` lies, of its precision; complex or real."""

    def apply(self, x: Tensor, rows: Rows) -> Tensor:
        """The filtered picture."""
        return inverse(self.response(x, rows) * forward(x), x)

    def filtered(self, x: Tensor, gain: Gain, rows: Rows) -> Tensor:
        """F⁻¹ (g(|h|) ⊙ F x)."""
        return inverse(gain(self.response(x, rows).abs()) * forward(x), x)

    def backward(self, y: Tensor, gain: Gain, rows: Rows) -> Tensor:
        """F⁻¹ (g(|h|) h̄/|h| ⊙ F y)."""
        response = self.response(y, rows)
        size = response.abs()
        turned = response.conj() * positive(size, lambda values: gain(values) / values)
        return inverse(turned * forward(y), y)


class Convolution(Filter):
    """The circular convolution with kernels [R, 1, H, W], whose middle is at (0, 0); row r has `origin mod R`."""

    def __init__(self, kernel: Tensor) -> None:
        self.kernel = kernel

    def measures(self, event: tuple[int, ...]) -> bool:
        """Pictures of its size."""
        return len(event) == PICTURE and event[1:] == self.kernel.shape[-2:]

    def response(self, like: Tensor, rows: Rows) -> Tensor:
        """The transform of the kernel; orthonormal transforms of the pictures cancel."""
        response: Tensor = torch.fft.rfft2(of_rows(self.kernel, rows, like))
        return response


def of_rows(entries: Tensor, rows: Rows, like: Tensor) -> Tensor:
    """The entry of each row by `origin mod R`, where `like` lies and in its type; one alone for all."""
    own = moved(entries.to(like.dtype), like.device)
    return own if len(own) == 1 else take_rows(own, rows.origin % len(own))


def forward(x: Tensor) -> Tensor:
    """The orthonormal transform of real pictures, half of it."""
    frequencies: Tensor = torch.fft.rfft2(x, norm="ortho")
    return frequencies


def inverse(frequencies: Tensor, like: Tensor) -> Tensor:
    """The real pictures of a half transform."""
    picture: Tensor = torch.fft.irfft2(frequencies, s=like.shape[-2:], norm="ortho")
    return picture


def radius(height: int, width: int) -> Tensor:
    """How high each frequency is, [1, 1, H, W/2 + 1] float64: 1 at the highest along an axis."""
    down = torch.fft.fftfreq(height, dtype=torch.float64) * 2
    right = torch.fft.rfftfreq(width, dtype=torch.float64) * 2
    return torch.hypot(down[:, None], right[None])[None, None]
