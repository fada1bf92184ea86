"""What a node gave, as the doors see it: read when it is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from graphs.errors import NoiseloomError
from graphs.parts import Parts


class GoneError(NoiseloomError):
    """A result is asked for that is no longer there."""


class Outputs(Mapping[str, object]):
    """The outputs of a node by port, read when they are looked at; `names` are their digests."""

    def __init__(
        self, names: Mapping[str, str], read: Callable[[str], object], parts: Callable[[str], Parts | None]
    ) -> None:
        self.names, self._read, self._parts = names, read, parts

    def __getitem__(self, port: str) -> object:
        return self._read(self.names[port])

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def contents(self) -> Iterator[tuple[str, str, Parts]]:
        """Port, digest and content of each output that is data."""
        for port, name in self.names.items():
            parts = self._parts(name)
            if parts is not None:
                yield port, name, parts
