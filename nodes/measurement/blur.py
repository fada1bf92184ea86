"""Blur: a picture is seen out of focus, or moved while it was seen."""

from __future__ import annotations

import math
from typing import Annotated, Literal, TypeAlias

import torch
from torch import Tensor

from graphs import Estimate, InputError, Number, abilities, also, node
from nodes.contracts.media import Image
from nodes.contracts.model import Model
from nodes.contracts.operator import Operator
from nodes.contracts.sample import Sample
from nodes.measurement.fourier import Convolution
from nodes.measurement.shapes import picture_of

Shape: TypeAlias = Literal["gaussian", "motion", "box"]
COLOURS = 3


@node(abilities=abilities("linear", "svd"), cost=Estimate())
def blur(
    like: Model | Sample,
    kernel: Image | None = None,
    *,
    shape: Annotated[Shape, also("kernel_type")] = "gaussian",
    kernel_size: Annotated[int, Number(integer=True, minimum=1, maximum=1025)] = 5,
    std: Annotated[float, Number(minimum=1e-3, maximum=1e3), also("sigma", "intensity")] = 1.0,
    angle: Annotated[float, Number(minimum=-360, maximum=360)] = 0.0,
) -> Operator:
    """Blur: A x = k ∗ x, a circular convolution [B, C, H, W] → [B, C, H, W] with a kernel that sums to 1.

    "gaussian" falls off as exp(−d²/2 std²), "motion" is a line of `kernel_size` pixels at `angle` degrees, "box" is
    even; each within kernel_size × kernel_size pixels. An image is a kernel by hand, its brightest colour the weight
    and its middle pixel the middle; of several pictures row r has `origin mod R`. Singular values are |F k|, so
    pseudo-inverse and proximal map are a division of frequencies. A kernel of one pixel changes nothing.
    Cost: none. Errors: an event that is no picture; a kernel that is larger than the picture, or black.
    """
    _, height, width = picture_of(like, "blurs")
    small = made(shape, kernel_size, std, angle)[None] if kernel is None else drawn(kernel)
    down, right = small.shape[1:]
    if down > height or right > width or bool((small.flatten(1).sum(1) == 0).any()):
        raise InputError(
            "the kernel does not fit the picture",
            where="kernel_size" if kernel is None else "kernel",
            given=f"{right}×{down}",
            allowed=f"at most {width}×{height}, not all black",
            mend="make the kernel smaller",
        )
    placed = torch.zeros(len(small), height, width, dtype=torch.float64)
    placed[:, :down, :right] = small / small.sum((1, 2), keepdim=True)
    return Convolution(placed.roll((-(down // 2), -(right // 2)), (1, 2))[:, None])


def made(shape: Shape, size: int, std: float, angle: float) -> Tensor:
    """A kernel [size, size] of that shape."""
    away = torch.arange(size, dtype=torch.float64) - size // 2
    down, right = away[:, None], away[None]
    match shape:
        case "gaussian":
            return torch.exp(-(down.square() + right.square()) / (2 * std**2))
        case "box":
            return torch.ones(size, size, dtype=torch.float64)
        case "motion":
            turned = math.radians(angle)
            along = math.cos(turned) * right - math.sin(turned) * down
            across = math.sin(turned) * right + math.cos(turned) * down
            # A line one pixel wide, its edges shared between the pixels that it passes between.
            return (1 - across.abs()).clamp(min=0) * (along.abs() <= size / 2)


def drawn(image: Image) -> Tensor:
    """The kernels of pictures, [R, height, width]."""
    return image.pixels[..., :COLOURS].amax(-1).double()
