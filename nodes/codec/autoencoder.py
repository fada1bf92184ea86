"""Our own autoencoders as codecs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, TypeAlias

import torch
from torch import Tensor
from torch.nn import functional

from graphs import FilePath, InputError, Number, RunContext, node
from nodes.codec.tiling import Tiling, tiled
from nodes.contracts.codec import Codec
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space, latents
from nodes.networks.autoencoder import Autoencoder, codec_name
from nodes.networks.checkpoint import open_autoencoder
from nodes.networks.cores import over_cores

Weights: TypeAlias = Annotated[str | Path, FilePath(suffixes=(".safetensors",))]

PICTURE = 3
"""Axes of a picture: channels, height, width."""


@node
def autoencoder(
    *,
    weights: Weights = "asset:weights/emoji-autoencoder.safetensors",
    tile: Annotated[int, Number(integer=True, minimum=16, maximum=8192, step=16)] = 512,
    overlap: Annotated[int, Number(integer=True, minimum=0, maximum=2048, step=8)] = 96,
    run: RunContext,
) -> Codec:
    """A small autoencoder of ours: pictures ↔ latents of fewer numbers, with some loss; from a safetensors file.

    z = (μ(x) − shift)/scale, where μ is the mean that the encoder gives (Kingma and Welling 2013, arXiv:1312.6114) and
    shift and scale, stored in the file, make each channel of the training pictures' latents of mean 0 and variance 1;
    back: x = decoder(scale z + shift). Of the emoji's, [3, H, W] becomes [4, H/4, W/4]. Convolutions alone, float32, on
    the run's device. Pictures larger than `tile` pixels go through tile by tile, neighbours sharing `overlap` pixels,
    across which one fades into the other: with as many as by default the result is that of the whole picture, up to
    rounding. A preview is the linear map to pixels that errs least. The codec's name has a digest of the weights.
    Cost: no NFE. Errors: a file that is none of ours; points that are noised, no pictures of its channels, or of sides
    that its factor does not divide; an overlap of more than half a tile.
    """
    if 2 * overlap > tile:
        raise InputError(
            "the tiles overlap by more than half",
            where="overlap",
            given=f"{overlap} of {tile} pixels",
            allowed=f"at most {tile // 2}",
            mend="set a smaller `overlap` or larger tiles",
        )
    return Learned(open_autoencoder(Path(weights)), tile, overlap, run.device)


class Learned(Codec):
    """An autoencoder as a codec; its name carries a digest of it."""

    def __init__(self, network: Autoencoder, tile: int, overlap: int, device: str = "cpu") -> None:
        self.name, self.network = codec_name(network), network.to(device)
        factor, reach = network.configuration.factor, network.reach
        self.cell = factor
        cells = (max(1, tile // factor), overlap // factor)
        self.seeing, self.showing = (Tiling(*cells, -(-pixels // factor)) for pixels in reach)

    def encode(self, x: Sample, ctx: Context) -> Sample:
        """The means of the latents."""
        made, event, factor = self.network.configuration, x.space.event, self.network.configuration.factor
        fits = len(event) == PICTURE and event[0] == made.channels and not any(side % factor for side in event[1:])
        if x.space.codec or not fits:
            raise InputError(
                "the codec cannot encode this",
                given=x.space.describe() + (f", latents of the codec {x.space.codec}" if x.space.codec else ""),
                allowed=f"pictures [{made.channels}, height, width] with sides that {factor} divides",
                mend="decode the latents first" if x.space.codec else "wire pictures of that shape",
            )
        x.require_clean("sample")
        means = tiled(lambda part: over_cores(self.network.encode, part), self._brought(x), self.seeing, factor, 1)
        space = latents(tuple(means.shape[1:]), self.name, made.colours, factor)
        return replace(x, x=_back(means, x), space=space, aux={})

    def decode(self, z: Sample, ctx: Context) -> Sample:
        """The pictures that the decoder makes of latents."""
        self._require_latents(z)
        z.require_clean("sample")
        factor = self.network.configuration.factor
        pixels = tiled(lambda part: over_cores(self.network.decode, part), self._brought(z), self.showing, 1, factor)
        return replace(z, x=_back(pixels, z), space=Space("pixels", tuple(pixels.shape[1:])), aux={})

    def preview(self, z: Sample, ctx: Context) -> Sample:
        """The pixel that the linear map gives for each cell, and between cells what lies between."""
        self._require_latents(z)
        made = self.network.configuration
        linear = torch.tensor(made.latents.preview, dtype=torch.float32)
        factors, constant = moved(linear[:, :-1], z.x.device), moved(linear[:, -1, None, None], z.x.device)
        cells = torch.einsum("oc,bchw->bohw", factors, z.x.float()) + constant
        pixels = functional.interpolate(cells, scale_factor=float(made.factor), mode="bilinear", align_corners=False)
        return replace(z, x=pixels.to(z.x.dtype), space=Space("pixels", tuple(pixels.shape[1:])), aux={})

    def _brought(self, sample: Sample) -> Tensor:
        return moved(sample.x, self.network.device).float()

    def _require_latents(self, z: Sample) -> None:
        self.own(z.space)
        channels = self.network.configuration.latent_channels
        if len(z.space.event) != PICTURE or z.space.event[0] != channels:
            raise InputError(
                "these latents do not have the codec's shape",
                given=z.space.describe(),
                allowed=f"latents [{channels}, height, width]",
            )


def _back(made: Tensor, sample: Sample) -> Tensor:
    """Where the sample lies and in its dtype."""
    return moved(made, sample.x.device).to(sample.x.dtype)
