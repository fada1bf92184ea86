"""How a picture network of ours may be told to answer differently, row by row: its attention, and its features."""

from __future__ import annotations

from abc import abstractmethod
from typing import Literal, NamedTuple, TypeAlias

from torch import Tensor

from nodes.contracts.changes import Alteration
from nodes.contracts.devices import moved

Layers: TypeAlias = Literal["middle", "all"]
"""Where attention among the cells of a picture is changed: in the middle of the network, or everywhere."""


class AttentionChange(Alteration):
    """Another result of attention among the cells of a feature map."""

    ability = "attention"
    layers: Layers

    @abstractmethod
    def seen(self, query: Tensor, key: Tensor, value: Tensor, height: int, width: int) -> Tensor:
        """What is seen instead, of query, key and value [B, heads, H·W, size]; [B, heads, H·W, size]."""


class FeatureChange(Alteration):
    """Other features where the way up of a U-Net is joined with what its way down left."""

    ability = "unet_features"

    @abstractmethod
    def joined(self, hidden: Tensor, skip: Tensor, depth: int, depths: int) -> tuple[Tensor, Tensor]:
        """Features [B, C, H, W] from below and from the way down; depth 0 is the coarsest of `depths` resolutions."""


class Altering(NamedTuple):
    """The changes that rows of one batch ask for, with the strength [B] of each."""

    attention: tuple[tuple[AttentionChange, Tensor], ...] = ()
    features: tuple[tuple[FeatureChange, Tensor], ...] = ()

    def outside(self) -> Altering:
        """What holds outside the middle."""
        return self._replace(attention=tuple(entry for entry in self.attention if entry[0].layers == "all"))

    def attended(self, seen: Tensor, query: Tensor, key: Tensor, value: Tensor, size: tuple[int, int]) -> Tensor:
        """What attention sees, [B, heads, N, W], as each row wants it."""
        for change, strength in self.attention:
            other = change.seen(query, key, value, *size)
            seen = seen + beside_rows(strength, seen) * (other - seen)
        return seen

    def joined(self, hidden: Tensor, skip: Tensor, depth: int, depths: int) -> tuple[Tensor, Tensor]:
        """What is joined on the way up, as each row wants it."""
        for change, strength in self.features:
            below, across = change.joined(hidden, skip, depth, depths)
            hidden = hidden + beside_rows(strength, hidden) * (below - hidden)
            skip = skip + beside_rows(strength, skip) * (across - skip)
        return hidden, skip


UNALTERED = Altering()


def beside_rows(strength: Tensor, x: Tensor) -> Tensor:
    """Strengths [B] beside x [B, ...] and of its type."""
    return moved(strength.to(x.dtype), x.device).reshape(-1, *(1,) * (x.ndim - 1))
