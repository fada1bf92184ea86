"""What a node gave, as the doors see it: read when it is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from graphs.errors import NoiseloomError
from graphs.parts import Parts


class GoneError(NoiseloomError):
    """A result is asked for that is no longer there."""


class Source(Protocol):
    """Whoever has values and contents by name."""

    def read(self, name: str) -> object:
        """A value; `GoneError` where it is no longer there."""
        ...

    def content(self, name: str) -> Parts | None:
        """A content; None for a behaviour."""
        ...


class Outputs(Mapping[str, object]):
    """The outputs of a node by port, read when they are looked at; `names` are their digests."""

    __slots__ = ("names", "ports", "source")

    def __init__(self, ports: tuple[str, ...], names: tuple[str, ...], source: Source) -> None:
        self.ports, self.names, self.source = ports, names, source

    def __getitem__(self, port: str) -> object:
        if port not in self.ports:
            raise KeyError(port)
        return self.source.read(self.names[self.ports.index(port)])

    def __contains__(self, port: object) -> bool:
        return port in self.ports

    def __iter__(self) -> Iterator[str]:
        return iter(self.ports)

    def __len__(self) -> int:
        return len(self.ports)

    def contents(self) -> Iterator[tuple[str, str, Parts]]:
        """Port, digest and content of each output that is data."""
        for port, name in zip(self.ports, self.names, strict=True):
            parts = self.source.content(name)
            if parts is not None:
                yield port, name, parts
