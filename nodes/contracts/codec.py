"""The codec contract: between the space that a model works in and the space that a person sees.

Who encodes or decodes does it by `to_latents` and `from_latents`, which count.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from graphs import InputError, behaviour
from nodes.contracts.context import Context
from nodes.contracts.identity import Identified
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space


@behaviour(colour="#3cae9f")
class Codec(Identified, ABC):
    """Encodes clean points of a space into latents, and decodes them. `name` stands in the latents' `Space.codec`.

    A `cell` of the latents of a picture stands for so many of its pixels a side.
    """

    name: str
    cell: int = 1

    @abstractmethod
    def encode(self, x: Sample, ctx: Context) -> Sample:
        """The latents of points; called only by `to_latents`."""

    @abstractmethod
    def decode(self, z: Sample, ctx: Context) -> Sample:
        """The points of latents of its own; gradients flow; called only by `from_latents`."""

    def preview(self, z: Sample, ctx: Context) -> Sample:
        """Points that show roughly what the latents are, cheaply."""
        return self.decode(z, ctx)

    def own(self, space: Space) -> None:
        """`InputError` where a space is not of this codec's latents."""
        if space.codec != self.name:
            raise InputError(
                "these are not the codec's latents",
                given=space.describe() + (f" of the codec {space.codec}" if space.codec else ""),
                allowed=f"latents of the codec {self.name}",
                mend="wire the codec that the model was made for",
            )


def to_latents(codec: Codec, x: Sample, ctx: Context) -> Sample:
    """The latents of points, counted."""
    latents = codec.encode(x, ctx)
    ctx.meter.decode(len(x.rows))
    return latents


def from_latents(codec: Codec, z: Sample, ctx: Context) -> Sample:
    """The points of latents, counted; `InputError` where they are another codec's."""
    codec.own(z.space)
    ctx.meter.decode(len(z.rows))
    return codec.decode(z, ctx)
