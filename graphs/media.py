"""What the engine and the doors ask of a value, whatever it is: files, a literal, to gather others, to move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, Self, runtime_checkable

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


@dataclass(frozen=True)
class Axis:
    """One axis of a sweep: its name, and the values of each swept parameter (by path, as "cfg.guidance_scale").

    Sweeps that share an axis go in step, so all parameters of an axis have as many values.
    """

    name: str
    parameters: tuple[tuple[str, tuple[JsonValue, ...]], ...]

    def __len__(self) -> int:
        return len(self.parameters[0][1])


@dataclass(frozen=True)
class Cells:
    """The values of a sweep, one for each combination: in rows, the last axis fastest."""

    axes: tuple[Axis, ...]
    values: tuple[object, ...]


@runtime_checkable
class Gathering(Protocol):
    """Data that the cells of a sweep can be gathered into; its declaration names of what, `@data(gathers=...)`."""

    @classmethod
    def gather(cls, cells: Cells) -> Self:
        """One value that shows all cells, labelled by the axes."""
        ...


@runtime_checkable
class Movable(Protocol):
    """Data whose large tensors can lie on a GPU."""

    def to(self, device: str) -> Self:
        """The same value with its large tensors on that device; itself where they are there already."""
        ...
