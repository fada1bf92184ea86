"""What the store keeps besides the values: which action gave what, and what was last known of a node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Action(NamedTuple):
    """What a node gave when it ran: the digest of each output, "" for a behaviour, and what it cost."""

    key: str
    outputs: tuple[str, ...]
    seconds: float = 0.0
    nfe: int = 0
    launches: int = 0


class Memory(NamedTuple):
    """What made a node of a graph run: its recipe as JSON, the reason in words, and when."""

    graph: str
    node: str
    key: str
    recipe: str
    reason: str
    at: float


@dataclass(frozen=True, slots=True)
class Size:
    """How much is kept: contents, their bytes, and actions."""

    contents: int
    bytes: int
    actions: int


@dataclass(frozen=True, slots=True)
class Verified:
    """What a look at every content found; what is damaged or belongs to nothing was taken out."""

    good: int
    damaged: int
    strays: int
