"""The store in memory: the contents used last, as many as fit in so many bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Container

from graphs.parts import Parts

OVERHEAD = 400
"""Bytes that a content takes besides its own."""


class Recent:
    """Contents by digest; where they grow beyond the limit, those go that were not used for longest."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.bytes = 0
        self.parts: OrderedDict[str, Parts] = OrderedDict()

    def __contains__(self, digest: str) -> bool:
        return digest in self.parts

    def get(self, digest: str) -> Parts | None:
        """A content, used now."""
        parts = self.parts.get(digest)
        if parts is not None:
            self.parts.move_to_end(digest)
        return parts

    def put(self, digest: str, parts: Parts, pinned: Container[str] = ()) -> None:
        """Keep a content; what is pinned stays whatever the limit."""
        if digest in self.parts:
            self.parts.move_to_end(digest)
            return
        self.parts[digest] = parts
        self.bytes += parts.size + OVERHEAD
        if self.bytes > self.limit:
            self._shrink(pinned)

    def remove(self, digest: str) -> None:
        """Let a content go."""
        parts = self.parts.pop(digest, None)
        if parts is not None:
            self.bytes -= parts.size + OVERHEAD

    def _shrink(self, pinned: Container[str]) -> None:
        for digest in list(self.parts):
            if self.bytes <= self.limit:
                return
            if digest not in pinned:
                self.remove(digest)
