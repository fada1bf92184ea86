"""A checkpoint's VAE as a codec."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cached_property
from typing import Protocol

import torch
from torch import Tensor, nn

from graphs.errors import InputError
from nodes.contracts.codec import Codec
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.identity import digest_of
from nodes.contracts.sample import Sample, coloured
from nodes.contracts.space import Space
from nodes.pretrained.latents import format_of
from nodes.pretrained.parts import Parts

PICTURE = 3
"""Axes of a picture: channels, height, width."""
ENCODE, DECODE = "encode", "decode"
"""The methods of diffusers' autoencoders."""


class _Posterior(Protocol):
    def mode(self) -> Tensor: ...


class LatentCodec(Codec):
    """Pixels ↔ latents by the autoencoder of a checkpoint, in float32: in float16 some of them overflow.

    Encodes to the mean of the posterior, so that nothing is drawn.
    """

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.format = format_of(parts.source.config("vae"))
        self.name, self.cell = self.format.name, self.format.down

    @cached_property
    def digest(self) -> str:
        """Of the checkpoint's files."""
        return digest_of(self.parts.digest, LatentCodec)

    def encode(self, x: Sample, ctx: Context) -> Sample:
        """The latents of clean pictures whose sides the VAE can halve."""
        event, down = x.space.event, self.format.down
        if x.space.codec or len(event) != PICTURE or event[1] % down or event[2] % down or bool((x.s != 0).any()):
            raise InputError(
                "the VAE cannot encode this",
                given=x.describe() + (f", latents of the codec {x.space.codec}" if x.space.codec else ""),
                allowed=f"finished pictures [3, height, width] with sides that {down} divides",
                mend="resize or crop the picture to a multiple first",
            )
        with self._working() as network:
            encode: Callable[..., tuple[_Posterior]] = getattr(network, ENCODE)
            (posterior,) = encode(self._brought(x.x), return_dict=False)
        latents = moved(self.format.inward(posterior.mode()).to(x.x.dtype), x.x.device)
        return replace(x, x=latents, space=self.format.space(*latents.shape[2:]), aux={})

    def decode(self, z: Sample, ctx: Context) -> Sample:
        """The pictures of latents; gradients flow."""
        with self._working() as network:
            decode: Callable[..., tuple[Tensor]] = getattr(network, DECODE)
            (found,) = decode(self._brought(self.format.outward(z.x)), return_dict=False)
        pixels = moved(found.to(z.x.dtype), z.x.device)
        return replace(z, x=pixels, space=Space("pixels", tuple(pixels.shape[1:])), aux={})

    def preview(self, z: Sample, ctx: Context) -> Sample:
        """A pixel for each cell, by the colours of the format; decoded where they are not known."""
        if not z.space.colours:
            return self.decode(z, ctx)
        pixels = coloured(z)
        return replace(z, x=pixels, space=Space("pixels", tuple(pixels.shape[1:])), aux={})

    def _working(self) -> AbstractContextManager[nn.Module]:
        self.parts.source.require("vae", "VAE")
        return self.parts.working("vae", torch.float32)

    def _brought(self, x: Tensor) -> Tensor:
        return moved(x.float(), self.parts.device)
