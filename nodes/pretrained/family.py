"""What one kind of checkpoint wants to be asked, and how."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from torch import Tensor

from nodes.contracts.changes import Changes
from nodes.contracts.codec import Codec
from nodes.contracts.cond import Cond
from nodes.contracts.query import Query
from nodes.contracts.space import Space
from nodes.pretrained.adapters import Adapters
from nodes.pretrained.parts import Parts
from nodes.pretrained.process import Noising, noising_of


@dataclass(frozen=True)
class Wishes:
    """What a person wants otherwise than the checkpoint says."""

    clip_skip: int = 0
    prediction: str | None = None
    max_sequence_length: int = 0
    """Tokens that a T5 encoder reads at once; 0: as many as the checkpoint's pipeline has it read."""


class Family(ABC):
    """Checkpoints of one architecture: the shapes of their points, their conditions, and the call of their network.

    A family is a file in `nodes/pretrained/families` with a subclass; `kinds` are the pipelines' (or the lone
    component's) classes that it opens.
    """

    kinds: ClassVar[frozenset[str]]
    abilities: frozenset[str] = frozenset({"prompt", "conditional", "differentiable", "low_rank"})
    network: ClassVar[str] = "unet"
    """The component that is asked."""
    entries: tuple[str, ...] = ()
    """What a condition has to hold."""

    def __init__(self, parts: Parts, wishes: Wishes) -> None:
        self.parts, self.wishes = parts, wishes

    @cached_property
    def noising(self) -> Noising:
        """The process and the prediction, by the scheduler's configuration."""
        source = self.parts.source
        self.parts.source.require("scheduler", "scheduler, which says how its data were noised")
        return noising_of(source.config("scheduler"), str(source.path), self.wishes.prediction)

    @cached_property
    def adapters(self) -> Adapters:
        """What puts low-rank adapters to work on its networks."""
        return Adapters(self.parts, self.network)

    @property
    @abstractmethod
    def space(self) -> Space:
        """A point, of the size that the network was trained with."""

    @abstractmethod
    def encode(self, texts: tuple[str, ...]) -> Cond:
        """The condition for these texts."""

    @abstractmethod
    def nothing(self) -> Cond:
        """What is asked without a condition, one entry."""

    def completed(self, q: Query, cond: Cond) -> Cond:
        """The condition [B] with what it leaves open, as the size of the picture."""
        return cond

    @abstractmethod
    def raw(self, x: Tensor, time: Tensor, entries: Mapping[str, Tensor], changes: Changes) -> Tensor:
        """The network's output at points of its own process, at its own times [B]."""

    @abstractmethod
    def codec(self) -> Codec:
        """What encodes and decodes the points."""
