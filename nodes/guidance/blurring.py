"""Gaussian blur of pictures, row by row."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from nodes.contracts.devices import moved

REACH = 3.0
"""Standard deviations at which the blur ends."""


def blurred(x: Tensor, std: float) -> Tensor:
    """Pictures [B, C, H, W] under a Gaussian of that standard deviation in pixels; edges are mirrored; 0 is x itself.

    Half the kernel is at most the side less one, so that there is something to mirror.
    """
    if std == 0:
        return x
    for axis in (2, 3):
        x = _along(x, axis, std)
    return x


def _along(x: Tensor, axis: int, std: float) -> Tensor:
    half = min(math.ceil(REACH * std), x.shape[axis] - 1)
    if half == 0:
        return x
    places = torch.arange(-half, half + 1, dtype=torch.float64)
    weights = torch.exp(-0.5 * (places / std).square())
    kernel = moved((weights / weights.sum()).to(x.dtype), x.device)
    shape, padding = ((1, 1, -1, 1), (0, 0, half, half)) if axis == 2 else ((1, 1, 1, -1), (half, half, 0, 0))  # noqa: PLR2004
    wide = functional.pad(x, padding, mode="reflect")
    each = functional.conv2d(wide.flatten(0, 1)[:, None], kernel.reshape(shape))
    return each[:, 0].reshape(x.shape)
