"""Stable Diffusion 1 and 2: a UNet on latents, told a text by one CLIP encoder (arXiv:2112.10752)."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from nodes.contracts.changes import Changes
from nodes.contracts.cond import Cond
from nodes.contracts.query import Query
from nodes.contracts.space import Space
from nodes.pretrained.asked import know
from nodes.pretrained.clip import Clip
from nodes.pretrained.configs import whole
from nodes.pretrained.family import Family
from nodes.pretrained.unet import EXTRA, ask_unet, check_extra
from nodes.pretrained.vae import LatentCodec


class StableDiffusion(Family):
    """The text's tokens, [R, L, D]; `clip_skip` leaves out so many of the encoder's last layers."""

    kinds = frozenset(
        {
            *("StableDiffusionPipeline", "StableDiffusionImg2ImgPipeline", "StableDiffusionInpaintPipeline"),
            *("StableDiffusionControlNetPipeline", "LatentConsistencyModelPipeline"),
        }
    )
    entries = ("context",)
    abilities = Family.abilities | {"controlnet"}

    @property
    def space(self) -> Space:
        """Latents of the VAE's channels, of the side that the UNet was trained with."""
        config = self.parts.source.config("unet")
        side = whole(config, "sample_size", 64)
        return self.codec().format.space(side, side)

    def codec(self) -> LatentCodec:
        """The checkpoint's VAE."""
        return LatentCodec(self.parts)

    def encode(self, texts: tuple[str, ...]) -> Cond:
        """The texts by CLIP."""
        return Cond({"context": self._clip()(texts).context})

    def nothing(self) -> Cond:
        """The empty text."""
        return self.encode(("",))

    def completed(self, q: Query, cond: Cond) -> Cond:
        """The condition, which has to have the channels beside the latents that the UNet reads."""
        know(cond, (*self.entries, EXTRA))
        check_extra(self.parts.source.config("unet"), self.codec().format.channels, q.x, cond)
        return cond

    def raw(self, x: Tensor, time: Tensor, entries: Mapping[str, Tensor], changes: Changes) -> Tensor:
        """One call of the UNet."""
        told = {"encoder_hidden_states": entries["context"].to(x.dtype)}
        return ask_unet(self.parts, x, time, entries, changes, told)

    def _clip(self) -> Clip:
        self.parts.source.require("text_encoder", "text encoder")
        return Clip(self.parts, "text_encoder", "tokenizer", layer=self.wishes.clip_skip, normed=True)
