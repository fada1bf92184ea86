"""Any codec, tile by tile."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from torch import Tensor

from graphs import InputError, Number, also, node
from nodes.codec.tiling import Tiling
from nodes.codec.tiling import tiled as by_tiles
from nodes.contracts.codec import Codec
from nodes.contracts.context import Context
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space

PICTURE = 3
"""Axes of a picture: channels, height, width."""


@node
def tiled(
    codec: Codec,
    *,
    tile: Annotated[int, Number(integer=True, minimum=16, maximum=8192, step=8, unit="px"), also("tile_size")] = 512,
    overlap: Annotated[int, Number(integer=True, minimum=0, maximum=4096, step=8, unit="px")] = 128,
) -> Codec:
    """A codec that goes through large pictures in square tiles: memory for one tile, whatever the picture's size.

    Tiles of `tile` pixels share `overlap` pixels with their neighbours: the outer quarter of those is not used, and
    across the middle half one tile fades into the other, Σ w = 1. [C, H, W] ↔ latents as of the codec itself. Equal to
    it, up to rounding, where what a pixel depends on lies within a quarter of the overlap, and bitwise where one tile
    is enough. A VAE that norms over the whole picture, as Stable Diffusion's, gives each tile a tone of its own, a
    little: larger tiles differ less. The AutoencoderKL of diffusers tiles likewise, with an overlap of a quarter.
    Cost: no NFE. Errors: an overlap of more than half a tile; a tile of less than one cell of the latents.
    """
    if 2 * overlap > tile or tile < codec.cell:
        raise InputError(
            "the tiles overlap by more than half" if 2 * overlap > tile else "a tile holds no cell of the latents",
            where="overlap" if 2 * overlap > tile else "tile",
            given=f"{overlap} of {tile} pixels" if 2 * overlap > tile else f"{tile} pixels",
            allowed=f"at most {tile // 2}" if 2 * overlap > tile else f"{codec.cell} pixels or more",
            mend="set a smaller `overlap` or larger tiles",
        )
    return Tiled(codec, tile, overlap)


class Tiled(Codec):
    """A codec by tiles; its latents are the codec's own."""

    def __init__(self, codec: Codec, tile: int, overlap: int) -> None:
        self.codec, self.name, self.cell = codec, codec.name, codec.cell
        shared = overlap // self.cell
        self.tiling = Tiling(tile // self.cell, shared, shared // 4)

    def own(self, space: Space) -> None:
        """The codec's own check."""
        self.codec.own(space)

    def encode(self, x: Sample, ctx: Context) -> Sample:
        """The latents of every tile, faded into each other."""
        if len(x.space.event) != PICTURE or any(side % self.cell for side in x.space.event[1:]):
            return self.codec.encode(x, ctx)  # which says what is wrong
        made: list[Space] = []

        def part(pixels: Tensor) -> Tensor:
            latents = self.codec.encode(_part(x, pixels), ctx)
            made.append(latents.space)
            return latents.x

        latents = by_tiles(part, x.x, self.tiling, self.cell, 1)
        return replace(x, x=latents, space=replace(made[0], event=tuple(latents.shape[1:])), aux={})

    def decode(self, z: Sample, ctx: Context) -> Sample:
        """The pixels of every tile, faded into each other."""
        if len(z.space.event) != PICTURE:
            return self.codec.decode(z, ctx)
        made: list[Space] = []

        def part(latents: Tensor) -> Tensor:
            pixels = self.codec.decode(_part(z, latents), ctx)
            made.append(pixels.space)
            return pixels.x

        pixels = by_tiles(part, z.x, self.tiling, 1, self.cell)
        return replace(z, x=pixels, space=replace(made[0], event=tuple(pixels.shape[1:])), aux={})

    def preview(self, z: Sample, ctx: Context) -> Sample:
        """The codec's own."""
        return self.codec.preview(z, ctx)


def _part(sample: Sample, x: Tensor) -> Sample:
    """The sample with a tile of its points."""
    return replace(sample, x=x, space=replace(sample.space, event=tuple(x.shape[1:])), aux={})
