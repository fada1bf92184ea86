"""DiT: a transformer on latents that is told a class (arXiv:2212.09748)."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from nodes.contracts.changes import Changes
from nodes.contracts.cond import Cond
from nodes.contracts.space import Space
from nodes.pretrained.classes import class_numbers, names_of
from nodes.pretrained.configs import whole
from nodes.pretrained.family import Family
from nodes.pretrained.vae import LatentCodec


class DiT(Family):
    """The class [R] by its name or number; the one after the last is no class. The learned variance is left out."""

    kinds = frozenset({"DiTPipeline"})
    network = "transformer"
    entries = ("class",)

    @property
    def space(self) -> Space:
        """Latents of the side that the transformer was trained with."""
        config = self.parts.source.config("transformer")
        side = whole(config, "sample_size", 32)
        return self.codec().format.space(side, side)

    def codec(self) -> LatentCodec:
        """The checkpoint's VAE."""
        return LatentCodec(self.parts)

    def encode(self, texts: tuple[str, ...]) -> Cond:
        """The classes of these names or numbers."""
        count = whole(self.parts.source.config("transformer"), "num_embeds_ada_norm", 1000)
        return Cond({"class": class_numbers(texts, count, names_of(self.parts.source.settings()), nothing=count)})

    def nothing(self) -> Cond:
        """The class that stands for none."""
        return self.encode(("",))

    def raw(self, x: Tensor, time: Tensor, entries: Mapping[str, Tensor], changes: Changes) -> Tensor:
        """One call of the transformer."""
        with self.parts.working("transformer") as network:
            output: Tensor = network(x, timestep=time, class_labels=entries["class"], return_dict=False)[0]
        return output[:, : x.shape[1]]
