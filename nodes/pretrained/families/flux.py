"""FLUX.1: a transformer on latents in patches, told a text by T5 and one vector of CLIP (Black Forest Labs 2024)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import torch
from torch import Tensor
from torch.nn.functional import pixel_shuffle, pixel_unshuffle

from graphs.errors import InputError
from nodes.contracts.changes import Changes
from nodes.contracts.cond import Cond
from nodes.contracts.query import Query
from nodes.contracts.space import Space
from nodes.pretrained.asked import divided, know
from nodes.pretrained.clip import Clip
from nodes.pretrained.family import Family
from nodes.pretrained.process import Noising
from nodes.pretrained.shifting import shifted
from nodes.pretrained.t5 import T5
from nodes.pretrained.vae import LatentCodec

SIDE, PATCH = 128, 2
"""The side of the latents of 1024 pixels, and that of a patch of them."""
LENGTH = 512
"""Tokens that T5 reads."""
GUIDANCE = 3.5
"""The guidance scale that a guidance-distilled network is told if nothing is said: that of diffusers' pipeline."""
TIMES = 1000.0
"""What the network multiplies its time by."""


class Flux(Family):
    """T5's tokens [R, L, D], and CLIP's vector [R, P]; `guidance` [R] where the network was distilled to be told it.

    Points are latents [C, H, W]; the network reads patches of 2×2, [B, H/2·W/2, 4·C].
    """

    kinds = frozenset({"FluxPipeline", "FluxImg2ImgPipeline", "FluxInpaintPipeline"})
    network = "transformer"
    entries = ("context", "pooled")

    @cached_property
    def noising(self) -> Noising:
        """By the scheduler; a grid for the size that was trained."""
        return shifted(super().noising, self.parts.source.config("scheduler"), (SIDE // PATCH) ** 2)

    @property
    def space(self) -> Space:
        """Latents of the VAE's channels, of the side that the pipeline makes if nothing is said."""
        codec = self.codec()
        return codec.format.space(SIDE, SIDE)

    def codec(self) -> LatentCodec:
        """The checkpoint's VAE."""
        return LatentCodec(self.parts)

    def encode(self, texts: tuple[str, ...]) -> Cond:
        """The texts by both encoders."""
        if self.wishes.clip_skip:
            raise InputError(
                "FLUX reads one vector of CLIP, which is made by its last layer",
                where="clip_skip",
                given=str(self.wishes.clip_skip),
                allowed="0",
            )
        self.parts.source.require("text_encoder", "text encoder of CLIP")
        self.parts.source.require("text_encoder_2", "text encoder T5")
        clip = Clip(self.parts, "text_encoder", "tokenizer", layer=0, normed=False)
        length = self.wishes.max_sequence_length or LENGTH
        t5 = T5(self.parts, "text_encoder_2", "tokenizer_2", length=length)
        return Cond({"context": t5(texts), "pooled": clip(texts).pooled})

    def nothing(self) -> Cond:
        """The empty text."""
        return self.encode(("",))

    def completed(self, q: Query, cond: Cond) -> Cond:
        """With the guidance that the network is told, where it was distilled to be told one."""
        divided(q, PATCH)
        if not self.distilled:
            know(cond, self.entries)
            return cond
        know(cond, (*self.entries, "guidance"))
        return Cond({"guidance": torch.full((len(q.rows),), GUIDANCE), **cond.entries})

    def raw(self, x: Tensor, time: Tensor, entries: Mapping[str, Tensor], changes: Changes) -> Tensor:
        """One call of the transformer."""
        context = entries["context"].to(x.dtype)
        with self.parts.working("transformer") as network:
            output: Tensor = network(
                hidden_states=patches(x),
                timestep=time / TIMES,
                guidance=entries["guidance"] if self.distilled else None,
                pooled_projections=entries["pooled"].to(x.dtype),
                encoder_hidden_states=context,
                txt_ids=torch.zeros(context.shape[1], 3, device=x.device),
                img_ids=places(x),
                return_dict=False,
            )[0]
        return latents(output, x.shape[-1] // PATCH)

    @cached_property
    def distilled(self) -> bool:
        """Whether the network is told a guidance scale, as FLUX.1-dev is and FLUX.1-schnell is not."""
        return bool(self.parts.source.config("transformer").get("guidance_embeds", False))


def patches(x: Tensor) -> Tensor:
    """Latents [B, C, H, W] as patches [B, H/2·W/2, 4·C], row by row; a patch's numbers by channel, then by place."""
    return pixel_unshuffle(x, PATCH).flatten(2).transpose(1, 2)


def latents(tokens: Tensor, width: int) -> Tensor:
    """Patches, `width` of them in a row, as latents."""
    rows, count, channels = tokens.shape
    return pixel_shuffle(tokens.transpose(1, 2).reshape(rows, channels, count // width, width), PATCH)


def places(x: Tensor) -> Tensor:
    """Where each patch lies: 0, its row and its column, [H/2·W/2, 3]."""
    rows, columns = (torch.arange(side // PATCH, device=x.device, dtype=torch.float32) for side in x.shape[-2:])
    grid = torch.cartesian_prod(rows, columns)
    return torch.cat([torch.zeros_like(grid[:, :1]), grid], 1)
