"""Points of a space that is no picture: how dense they lie, quickly drawn."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image as Pillow
from torch import Tensor

from app.editor.engine.drawing import Picture
from app.editor.engine.views.pixels import encoded
from nodes.contracts.sample import Sample

SIDE = 192
"""Pixels of a side."""
MOST = 20_000
"""Points that are counted."""
PAPER, INK = (255, 255, 255), (47, 109, 181)
ROUND = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0)


def plane(sample: Sample) -> Tensor:
    """Two coordinates of each point, [N, 2] float64; of points on a line the second is the row's number."""
    flat = sample.x.detach()[:MOST].flatten(1)[:, :2].double().cpu()
    if flat.shape[1] > 1:
        return flat
    return torch.cat([flat, torch.linspace(-1, 1, len(flat), dtype=torch.float64)[:, None]], 1)


def reach(at: Tensor) -> float:
    """Half the side of the square about the origin that shows nearly all points, a round number so that it rests."""
    finite = at[torch.isfinite(at).all(-1)].abs()
    largest = float(finite.flatten().quantile(0.995)) if len(finite) else 1.0
    if not largest or not math.isfinite(largest):
        return 1.0
    power = 10.0 ** math.floor(math.log10(largest))
    return next((step * power for step in ROUND if step * power >= largest), 10 * power)


def density(at: Tensor, half: float, label: str = "", s: float | None = None) -> Picture:
    """Points [N, 2] in the square of that half side, darker where there are more."""
    there = at[torch.isfinite(at).all(-1)].numpy()
    edges = np.linspace(-half, half, SIDE // 2 + 1)
    counts, _, _ = np.histogram2d(there[:, 1], there[:, 0], bins=(edges, edges))
    return encoded(_painted(counts[::-1]), label, s)


def _painted(counts: NDArray[np.float64]) -> Pillow.Image:
    share = np.log1p(counts) / np.log1p(max(1.0, float(counts.max())))
    shade = np.where(counts > 0, 0.35 + 0.65 * share, 0.0)[..., None]
    colours = np.array(PAPER) * (1 - shade) + np.array(INK) * shade
    large = colours.round().astype(np.uint8).repeat(2, 0).repeat(2, 1)
    return Pillow.fromarray(large)
