"""Mixtures in the plane that please the eye; all lie within [−1, 1]²."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple, TypeAlias

import torch
from torch import Tensor

ShapeName: TypeAlias = Literal["ring", "grid", "two_moons", "spiral"]


class Shape(NamedTuple):
    """Means [K, 2], covariances [K, 2, 2] and the name of each component's class."""

    means: Tensor
    covariances: Tensor
    classes: tuple[str, ...]


def shape_named(name: ShapeName, count: int, std: float) -> Shape:
    """The shape with about so many components of that standard deviation, across a curve where it is one."""
    match name:
        case "ring":
            turn = 2 * math.pi * torch.arange(count, dtype=torch.float64) / count
            return _round(0.8 * torch.stack([torch.cos(turn), torch.sin(turn)], 1), std)
        case "grid":
            side = max(1, round(math.sqrt(count)))
            line = torch.linspace(-0.8, 0.8, side, dtype=torch.float64) if side > 1 else torch.zeros(1).double()
            return _round(torch.cartesian_prod(line, line).reshape(-1, 2), std)
        case "two_moons":
            turn = _middles(max(1, count // 2)) * math.pi
            upper = torch.stack([torch.cos(turn) - 0.5, torch.sin(turn) - 0.25], 1) * 0.6
            return _curves({"upper": upper, "lower": -upper}, std)
        case "spiral":
            # Evenly spaced in length: the length of r = φ grows as φ².
            turn = torch.sqrt(0.03 + 0.97 * _middles(max(1, count // 2))) * 3 * math.pi
            first = torch.stack([torch.cos(turn), torch.sin(turn)], 1) * turn[:, None] / (3 * math.pi) * 0.85
            return _curves({"first": first, "second": -first}, std)


def _middles(count: int) -> Tensor:
    return (torch.arange(count, dtype=torch.float64) + 0.5) / count


def _round(means: Tensor, std: float) -> Shape:
    return Shape(means, (std * std * torch.eye(2).double()).expand(len(means), 2, 2), ("",) * len(means))


def _curves(curves: dict[str, Tensor], std: float) -> Shape:
    """Components along curves of points [N, 2]: as long as their distance, and `std` across."""
    parts = [_along(points, std) for points in curves.values()]
    names = tuple(name for name, points in curves.items() for _ in points)
    return Shape(torch.cat(list(curves.values())), torch.cat(parts), names)


def _along(points: Tensor, std: float) -> Tensor:
    if len(points) == 1:
        return (std * std * torch.eye(2).double())[None]
    ahead: Tensor = torch.gradient(points, dim=0)[0]
    length: Tensor = torch.linalg.vector_norm(ahead, dim=1, keepdim=True)
    tangent = ahead / length
    normal = torch.stack([-tangent[:, 1], tangent[:, 0]], 1)
    lengths: Tensor = (length / 2).clamp(min=std)[..., None].square()
    return lengths * tangent[:, :, None] * tangent[:, None, :] + std * std * normal[:, :, None] * normal[:, None, :]
