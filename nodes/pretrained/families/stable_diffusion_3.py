"""Stable Diffusion 3: a transformer on latents, told a text by two CLIP encoders and T5 (arXiv:2403.03206)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import torch
from torch import Tensor
from torch.nn.functional import pad

from graphs.errors import InputError
from nodes.contracts.changes import Changes
from nodes.contracts.cond import Cond
from nodes.contracts.query import Query
from nodes.contracts.space import Space
from nodes.pretrained.asked import divided, know
from nodes.pretrained.clip import Clip, Encoded, joined
from nodes.pretrained.configs import Config, whole
from nodes.pretrained.family import Family
from nodes.pretrained.process import Noising
from nodes.pretrained.shifting import shifted
from nodes.pretrained.t5 import T5
from nodes.pretrained.vae import LatentCodec

CLIPS = {"text_encoder": "tokenizer", "text_encoder_2": "tokenizer_2"}
WIDTHS = {"text_encoder": 768, "text_encoder_2": 1280}
"""How wide an encoder is that is not there, when neither is."""
LENGTH = 256
"""Tokens that T5 reads."""


class StableDiffusion3(Family):
    """Tokens [R, L, D]: CLIP's, filled with zeros to the width of T5's, and then T5's; and CLIP's two vectors [R, P].

    An encoder that is not there, as T5 often is, says zeros. Nearest to the grid of diffusers' pipeline comes
    levels.normal with the checkpoint's process: the pipeline shifts its last time twice and so ends a little higher.
    """

    kinds = frozenset(
        {"StableDiffusion3Pipeline", "StableDiffusion3Img2ImgPipeline", "StableDiffusion3InpaintPipeline"}
    )
    network = "transformer"
    entries = ("context", "pooled")

    @cached_property
    def noising(self) -> Noising:
        """By the scheduler; a grid for the size that was trained."""
        _, height, width = self.space.event
        tokens = (height // self._number("patch_size", 2)) * (width // self._number("patch_size", 2))
        return shifted(super().noising, self.parts.source.config("scheduler"), tokens)

    @property
    def space(self) -> Space:
        """Latents of the VAE's channels, of the side that the transformer was trained with."""
        side, codec = self._number("sample_size", 128), self.codec()
        return codec.format.space(side, side)

    def codec(self) -> LatentCodec:
        """The checkpoint's VAE."""
        return LatentCodec(self.parts)

    def encode(self, texts: tuple[str, ...]) -> Cond:
        """The texts by all encoders."""
        clip, t5 = joined(self._clips(texts)), self._t5(texts)
        context = pad(clip.context, (0, t5.shape[-1] - clip.context.shape[-1])).to(t5)
        return Cond({"context": torch.cat([context, t5], 1), "pooled": clip.pooled})

    def nothing(self) -> Cond:
        """The empty text."""
        return self.encode(("",))

    def completed(self, q: Query, cond: Cond) -> Cond:
        """The condition, for points that the transformer can place."""
        know(cond, self.entries)
        patch, most = self._number("patch_size", 2), self._number("pos_embed_max_size", 96)
        divided(q, patch)
        if max(q.x.shape[-2:]) > patch * most:
            raise InputError(
                "the network knows no places so far out",
                given=f"latents {list(q.x.shape[1:])}",
                allowed=f"sides up to {patch * most}",
                mend="choose a smaller size",
            )
        return cond

    def raw(self, x: Tensor, time: Tensor, entries: Mapping[str, Tensor], changes: Changes) -> Tensor:
        """One call of the transformer."""
        with self.parts.working("transformer") as network:
            output: Tensor = network(
                hidden_states=x,
                timestep=time,
                encoder_hidden_states=entries["context"].to(x.dtype),
                pooled_projections=entries["pooled"].to(x.dtype),
                return_dict=False,
            )[0]
        return output

    def _clips(self, texts: tuple[str, ...]) -> list[Encoded]:
        """What both CLIP encoders say; one that is not there says zeros, as wide as is missing."""
        found = {name: self._clip(name)(texts) for name in CLIPS if self.parts.source.has(name)}
        shape = None if not found else next(iter(found.values())).context.shape
        return [found[name] if name in found else self._silent(name, len(texts), shape) for name in CLIPS]

    def _silent(self, name: str, rows: int, other: Sequence[int] | None) -> Encoded:
        """Zeros beside what the other encoder says, [R, L, D]; without it there are no tokens at all."""
        tokens, width = 0, WIDTHS[name]
        if other is not None:
            _, tokens, known = other
            width = self._number("pooled_projection_dim", sum(WIDTHS.values())) - known
        zeros = torch.zeros(rows, 1 + tokens, width, device=self.parts.device)
        return Encoded(zeros[:, 1:], zeros[:, 0])

    def _clip(self, name: str) -> Clip:
        return Clip(self.parts, name, CLIPS[name], layer=1 + self.wishes.clip_skip, normed=False)

    def _t5(self, texts: tuple[str, ...]) -> Tensor:
        length = self.wishes.max_sequence_length or LENGTH
        if self.parts.source.has("text_encoder_3"):
            return T5(self.parts, "text_encoder_3", "tokenizer_3", length=length)(texts)
        width = self._number("joint_attention_dim", 4096)
        return torch.zeros(len(texts), length, width, device=self.parts.device)

    @cached_property
    def _config(self) -> Config:
        return self.parts.source.config("transformer")

    def _number(self, name: str, otherwise: int) -> int:
        return whole(self._config, name, otherwise)
