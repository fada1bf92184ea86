"""What a batch of points looks like: pictures, latents, tokens, or points of a plane."""

from __future__ import annotations

import torch
from torch import Tensor

from app.editor.engine.drawing import Drawn
from app.editor.engine.views.pixels import small_sheet
from app.editor.engine.views.points import density, plane, reach
from graphs.values import describe
from nodes.contracts.sample import Sample, coloured
from nodes.contracts.space import Space
from nodes.decoder.pixels import CHANNELS, pixels
from nodes.decoder.text import lines

LINES = 24
"""Rows of tokens that are shown."""
COLOURS = 3


def is_picture(space: Space) -> bool:
    """Whether the points are pictures as they are."""
    return space.codec is None and not space.vocabulary and len(space.event) == 3 and space.event[0] in CHANNELS  # noqa: PLR2004


def is_field(space: Space) -> bool:
    """Whether the points are numbers over a plane, as latents are."""
    return not space.vocabulary and len(space.event) == 3 and min(space.event[1:]) > 1  # noqa: PLR2004


def small_sample(sample: Sample, label: str = "", s: float | None = None, half: float | None = None) -> Drawn:
    """A batch at a glance; of points, the square of the half side `half`, or one that shows them."""
    said, space = describe(sample), sample.space
    if space.vocabulary:
        return Drawn("text", said, text="\n".join(lines(sample.x[:LINES], space)))
    if not len(sample.x):
        return Drawn("summary", said)
    if is_picture(space):
        return Drawn("pictures", said, (small_sheet(pixels(sample).pixels, label, s),))
    if space.colours:
        return Drawn("pictures", said, (small_sheet(bytes_of(coloured(sample)), label, s),))
    if is_field(space):
        return Drawn("pictures", said, (small_sheet(look(sample.x), label, s),))
    at = plane(sample)
    return Drawn("points", said, (density(at, half or reach(at), label, s),))


def look(latents: Tensor) -> Tensor:
    """The first three channels of latents [B, C, H, W] as colours uint8 [B, H, W, 1 or 3], spread over the range.

    Linear: the middle of a channel is grey, and 2.5 standard deviations from it are black and white.
    """
    chosen = latents.detach().float()
    chosen = chosen[:, :COLOURS] if chosen.shape[1] >= COLOURS else chosen[:, :1]
    middle = chosen.mean((0, 2, 3), keepdim=True)
    spread = chosen.std((0, 2, 3), keepdim=True).clamp_min(1e-6)
    scaled = ((chosen - middle) / (2.5 * spread)).nan_to_num().clamp(-1, 1)
    return bytes_of(scaled)


def bytes_of(values: Tensor) -> Tensor:
    """Values [B, C, H, W] in [−1, 1] as bytes [B, H, W, C]."""
    return ((values + 1) * 127.5).round().to(torch.uint8).permute(0, 2, 3, 1).contiguous().cpu()
