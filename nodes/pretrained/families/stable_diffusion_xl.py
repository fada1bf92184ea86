"""Stable Diffusion XL and its refiner: a UNet told a text by two CLIP encoders, and the picture's size.

Podell et al. 2023, arXiv:2307.01952.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import torch
from torch import Tensor

from nodes.contracts.changes import Changes
from nodes.contracts.cond import Cond
from nodes.contracts.devices import moved
from nodes.contracts.query import Query
from nodes.contracts.space import Space
from nodes.pretrained.asked import know
from nodes.pretrained.clip import Clip, joined
from nodes.pretrained.configs import Config, whole
from nodes.pretrained.consistency import SCALE, scale_embedding, with_scale
from nodes.pretrained.control import Told
from nodes.pretrained.family import Family
from nodes.pretrained.unet import EXTRA, ask_unet, check_extra
from nodes.pretrained.vae import LatentCodec

ENCODERS = {"text_encoder": "tokenizer", "text_encoder_2": "tokenizer_2"}
"""The encoders with their tokenizers, in the order in which their tokens lie side by side; a refiner has the second."""
SIZES = ("size", "time_ids")
"""What a condition may hold of sizes: as a person says them, and as the UNet is told them."""
GUIDANCE = 5.0
"""The guidance scale that a distilled network is told if nothing is said: that of diffusers' pipeline."""
LIKED, DISLIKED = 6.0, 2.5
"""The aesthetic score that a refiner is told with a text, and without one."""


class StableDiffusionXL(Family):
    """Tokens [R, L, D] of both encoders' layers before the last, and a vector [R, P] of the second for each text.

    `size` [R, 7], as cond.size makes it, becomes `time_ids`: [R, 6], or [R, 5] of a refiner. What it leaves open is the
    size of the points that are asked about.
    """

    kinds = frozenset(
        {
            *("StableDiffusionXLPipeline", "StableDiffusionXLImg2ImgPipeline", "StableDiffusionXLInpaintPipeline"),
            "StableDiffusionXLControlNetPipeline",
        }
    )
    entries = ("context", "pooled")
    abilities = Family.abilities | {"controlnet"}

    @property
    def space(self) -> Space:
        """Latents of the VAE's channels, of the side that the UNet was trained with."""
        side = whole(self.parts.source.config("unet"), "sample_size", 128)
        return self.codec().format.space(side, side)

    def codec(self) -> LatentCodec:
        """The checkpoint's VAE."""
        return LatentCodec(self.parts)

    def encode(self, texts: tuple[str, ...]) -> Cond:
        """The texts by both encoders."""
        self.parts.source.require("text_encoder_2", "second text encoder")
        encoded = [self._clip(name)(texts) for name in ENCODERS if self.parts.source.has(name)]
        return Cond({"context": joined(encoded).context, "pooled": encoded[-1].pooled})

    def nothing(self) -> Cond:
        """Zeros, or the empty text where the checkpoint was not trained with zeros."""
        cond = self.encode(("",))
        if self.parts.source.settings().get("force_zeros_for_empty_prompt", True):
            cond = Cond({name: torch.zeros_like(entry) for name, entry in cond.entries.items()})
        if not self._scored:
            return cond
        return Cond({**cond.entries, "size": torch.tensor([[0.0] * 6 + [DISLIKED]])})

    @cached_property
    def _reads(self) -> tuple[Config, int]:
        """The UNet's configuration and the latents' channels, read from the files once, not in each step."""
        return self.parts.source.config("unet"), self.codec().format.channels

    def completed(self, q: Query, cond: Cond) -> Cond:
        """With `time_ids`: the original size, the crop's corner, and the size aimed at or, of a refiner, the score."""
        know(cond, (*self.entries, *SIZES, EXTRA, *((SCALE,) if self.told else ())))
        check_extra(*self._reads, q.x, cond)
        sized = cond if "time_ids" in cond.entries else self._sized(q, cond)
        return with_scale(sized, GUIDANCE, len(q.rows)) if self.told else sized

    def _sized(self, q: Query, cond: Cond) -> Cond:
        height, width = (self._down * side for side in q.x.shape[-2:])
        given = cond.entries.get("size", torch.zeros(len(q.rows), 7))
        own = moved(torch.tensor([height, width, 0, 0, height, width, LIKED], dtype=given.dtype), given.device)
        told = torch.where(given == 0, own, given)
        time_ids = torch.cat([told[:, :4], told[:, 6:]], 1) if self._scored else told[:, :6]
        others = {name: entry for name, entry in cond.entries.items() if name != "size"}
        return Cond({**others, "time_ids": time_ids})

    def raw(self, x: Tensor, time: Tensor, entries: Mapping[str, Tensor], changes: Changes) -> Tensor:
        """One call of the UNet."""
        pooled = entries["pooled"].to(x.dtype)
        told: Told = {
            "encoder_hidden_states": entries["context"].to(x.dtype),
            "added_cond_kwargs": {"text_embeds": pooled, "time_ids": entries["time_ids"]},
        }
        if self.told:
            told = {**told, "timestep_cond": scale_embedding(entries[SCALE], self.told).to(x.dtype)}
        return ask_unet(self.parts, x, time, entries, changes, told)

    @cached_property
    def told(self) -> int:
        """Numbers of the embedding by which the network is told its guidance scale; 0 where it is not."""
        return whole(self.parts.source.config("unet"), "time_cond_proj_dim", 0)

    @cached_property
    def _down(self) -> int:
        """Pixels along a side of a latent."""
        return self.codec().format.down

    @cached_property
    def _scored(self) -> bool:
        """Whether it is a refiner, which is told how a picture is to be liked."""
        return bool(self.parts.source.settings().get("requires_aesthetics_score", False))

    def _clip(self, name: str) -> Clip:
        return Clip(self.parts, name, ENCODERS[name], layer=1 + self.wishes.clip_skip, normed=False)
