"""Clean points for rewards, and a codec for tests."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from nodes.contracts.codec import Codec
from nodes.contracts.context import Context
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space


def clean(x: Tensor, space: str = "pixels", codec: str | None = None) -> Sample:
    """Points at s = 0."""
    event = tuple(x.shape[1:])
    return Sample(x, torch.zeros(len(x), dtype=torch.float64), Space(space, event, codec), Rows.first(0, len(x)))


def pictures(count: int = 3) -> Tensor:
    """Float64 pictures [count, 1, 4, 4] with values in −1 … 1."""
    return torch.rand(count, 1, 4, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(1)) * 2 - 1


class Halving(Codec):
    """Latents are half of the pixels."""

    name = "halving"

    def encode(self, x: Sample, ctx: Context) -> Sample:
        """Half of it."""
        return replace(x, x=x.x / 2, space=Space("latents", x.space.event, self.name))

    def decode(self, z: Sample, ctx: Context) -> Sample:
        """Twice of it."""
        return replace(z, x=z.x * 2, space=Space("pixels", z.space.event))
