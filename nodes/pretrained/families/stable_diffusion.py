"""Stable Diffusion 1 and 2: a UNet on latents, told a text by one CLIP encoder (arXiv:2112.10752).

Few-step students of them, as Turbo and LCM, are the same; an LCM (arXiv:2310.04378) is told its guidance scale too.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from torch import Tensor

from nodes.contracts.changes import Changes
from nodes.contracts.cond import Cond
from nodes.contracts.query import Query
from nodes.contracts.space import Space
from nodes.pretrained.asked import know
from nodes.pretrained.clip import Clip
from nodes.pretrained.configs import Config, whole
from nodes.pretrained.consistency import SCALE, scale_embedding, with_scale
from nodes.pretrained.family import Family
from nodes.pretrained.unet import EXTRA, ask_unet, check_extra
from nodes.pretrained.vae import LatentCodec

GUIDANCE = 8.5
"""The guidance scale that a distilled network is told if nothing is said: that of diffusers' pipeline."""


class StableDiffusion(Family):
    """The text's tokens, [R, L, D]; `clip_skip` leaves out so many of the encoder's last layers.

    `guidance` [R] where the network was distilled to be told its scale, as guidance.distilled says it.
    """

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

    @cached_property
    def _reads(self) -> tuple[Config, int]:
        """The UNet's configuration and the latents' channels, read from the files once, not in each step."""
        return self.parts.source.config("unet"), self.codec().format.channels

    def completed(self, q: Query, cond: Cond) -> Cond:
        """The condition, with the guidance scale where the network was distilled to be told one.

        It has to have the channels beside the latents that the UNet reads.
        """
        know(cond, (*self.entries, EXTRA, *((SCALE,) if self.told else ())))
        check_extra(*self._reads, q.x, cond)
        return with_scale(cond, GUIDANCE, len(q.rows)) if self.told else cond

    def raw(self, x: Tensor, time: Tensor, entries: Mapping[str, Tensor], changes: Changes) -> Tensor:
        """One call of the UNet."""
        told = {"encoder_hidden_states": entries["context"].to(x.dtype)}
        if self.told:
            told["timestep_cond"] = scale_embedding(entries[SCALE], self.told).to(x.dtype)
        return ask_unet(self.parts, x, time, entries, changes, told)

    @cached_property
    def told(self) -> int:
        """Numbers of the embedding by which the network is told its guidance scale; 0 where it is not."""
        return whole(self.parts.source.config("unet"), "time_cond_proj_dim", 0)

    def _clip(self) -> Clip:
        self.parts.source.require("text_encoder", "text encoder")
        return Clip(self.parts, "text_encoder", "tokenizer", layer=self.wishes.clip_skip, normed=True)
