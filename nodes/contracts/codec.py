"""The codec contract: between the space that a model works in and the space that a person sees."""

from __future__ import annotations

from abc import ABC, abstractmethod

from graphs import InputError, behaviour
from nodes.contracts.context import Context
from nodes.contracts.identity import Identified
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space


@behaviour(colour="#3cae9f")
class Codec(Identified, ABC):
    """Encodes clean points of a space into latents, and decodes them. `name` stands in the latents' `Space.codec`."""

    name: str

    @abstractmethod
    def encode(self, x: Sample, ctx: Context) -> Sample:
        """The latents of points at s = 0."""

    @abstractmethod
    def decode(self, z: Sample, ctx: Context) -> Sample:
        """The points of latents at s = 0; gradients flow."""

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
