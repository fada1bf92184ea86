"""How a value becomes a file; the doors write it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from pydantic import JsonValue


@dataclass(frozen=True)
class File:
    """The content of a file and its suffix, as ".png"."""

    suffix: str
    content: bytes


@runtime_checkable
class Savable(Protocol):
    """Data that can be saved."""

    def files(self) -> tuple[File, ...]:
        """Its files, one for each picture of a batch."""
        ...


@runtime_checkable
class Feeding(Protocol):
    """Data that a parameter can be wired to."""

    def parameter(self) -> JsonValue:
        """The value for the parameter, as a literal."""
        ...
