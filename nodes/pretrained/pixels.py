"""The codec of models whose points are pictures already."""

from __future__ import annotations

from graphs.errors import InputError
from nodes.contracts.codec import Codec
from nodes.contracts.context import Context
from nodes.contracts.identity import digest_of
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space


class Pixels(Codec):
    """Pixels ↔ pixels: so that a graph that encodes and decodes works for models with and without latents."""

    name = "pixels"

    @property
    def digest(self) -> str:
        """The same one for all."""
        return digest_of((), Pixels)

    def own(self, space: Space) -> None:
        """`InputError` for latents, which another codec decodes."""
        if space.codec is not None:
            raise InputError(
                "these are latents of a codec, and this model's points are pixels",
                given=f"{space.describe()} of the codec {space.codec}",
                allowed="pixels",
                mend="wire the codec that made the latents",
            )

    def encode(self, x: Sample, ctx: Context) -> Sample:
        """The pixels themselves."""
        self.own(x.space)
        return x

    def decode(self, z: Sample, ctx: Context) -> Sample:
        """The pixels themselves."""
        return z
