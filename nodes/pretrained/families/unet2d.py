"""UNets on pixels that are told nothing, or the number of a class (DDPM, arXiv:2006.11239)."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from nodes.contracts.changes import Changes
from nodes.contracts.cond import Cond
from nodes.contracts.space import Space
from nodes.pretrained.classes import class_numbers
from nodes.pretrained.configs import whole
from nodes.pretrained.family import Family, Wishes
from nodes.pretrained.parts import Parts
from nodes.pretrained.pixels import Pixels


class PixelUNet(Family):
    """Told the class [R] where it has classes, by number; if it predicts its variance too, that is left out.

    A scheduler of such checkpoints often clips x0 to the range of pixels; guidance.thresholding does so.
    """

    kinds = frozenset({"DDPMPipeline", "DDIMPipeline", "PNDMPipeline", "UNet2DModel"})

    def __init__(self, parts: Parts, wishes: Wishes) -> None:
        super().__init__(parts, wishes)
        config = parts.source.config("unet")
        self.classes, self.channels = whole(config, "num_class_embeds", 0), whole(config, "in_channels", 3)
        if self.classes:
            self.entries = ("class",)
        else:
            self.abilities = frozenset({"differentiable"})

    @property
    def space(self) -> Space:
        """Pixels of the side that the UNet was trained with."""
        side = whole(self.parts.source.config("unet"), "sample_size", 32)
        return Space("pixels", (self.channels, side, side))

    def codec(self) -> Pixels:
        """The points are pixels already."""
        return Pixels()

    def encode(self, texts: tuple[str, ...]) -> Cond:
        """The numbers of the classes."""
        return Cond({"class": class_numbers(texts, self.classes, {})})

    def nothing(self) -> Cond:
        """There is no class for nothing in particular: `InputError` that says so."""
        return self.encode(("",))

    def raw(self, x: Tensor, time: Tensor, entries: Mapping[str, Tensor], changes: Changes) -> Tensor:
        """One call of the UNet."""
        told = {"class_labels": entries["class"]} if self.classes else {}
        with self.parts.working("unet") as network:
            output: Tensor = network(x, time, return_dict=False, **told)[0]
        return output[:, : self.channels]
