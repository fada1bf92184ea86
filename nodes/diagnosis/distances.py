"""How far samples end from where they should: point by point, or as laws."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from nodes.contracts.devices import moved
from nodes.contracts.draws import normals

Distance: TypeAlias = Literal["endpoint", "law"]
FEATURES = 256
SCALES = (0.5, 1.0, 2.0, 4.0)
"""Widths of the frequencies, over the reference's standard deviation."""


def distance(x: Tensor, reference: Tensor, kind: Distance) -> float:
    """Between batches [B, *event] in float64: √ E|x − reference|², or that between their Fourier features."""
    one, other = (moved(points, "cpu").double().flatten(1) for points in (x, reference))
    if kind == "endpoint":
        return float((one - other).square().sum(1).mean().sqrt())
    frequencies = frequencies_for(other)
    return float((features(one, frequencies) - features(other, frequencies)).square().mean().sqrt())


def features(points: Tensor, frequencies: Tensor) -> Tensor:
    """E cos(w·x) and E sin(w·x) for frequencies [D, F]: [2 F]."""
    phase = points @ frequencies
    return torch.cat([phase.cos().mean(0), phase.sin().mean(0)])


def frequencies_for(points: Tensor) -> Tensor:
    """The same random directions always, as long as 1/(√D · standard deviation) at several scales, [D, 4 · 64]."""
    size = points.shape[1]
    width = float(points.var(0, correction=0).mean().sqrt()) or 1.0
    drawn = torch.from_numpy(normals(b"fourier features", size * FEATURES)).reshape(size, FEATURES)
    scales = torch.tensor(SCALES, dtype=torch.float64).repeat_interleave(FEATURES // len(SCALES))
    return drawn * scales / (width * math.sqrt(size))
