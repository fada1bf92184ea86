"""Contents to keep in a store, without torch."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from graphs.parts import Buffer, Parts, digest_of
from graphs.store.disk import Disk
from graphs.store.records import Action

LARGE = 20_000
"""Bytes of a content that lies in a file of its own."""


def content(name: str, size: int = 0) -> tuple[str, Parts]:
    """A content of about so many bytes with its digest."""
    data = (name.encode() * (size // len(name) + 1))[:size]
    parts = Parts(json.dumps(name), (Buffer("U8", (size,), data),) if size else ())
    return digest_of(parts), parts


def keep(disk: Disk, sizes: Mapping[str, int], seconds: float = 1.0) -> dict[str, str]:
    """Keep contents of these names and sizes, each given by an action of that name; their digests."""
    found = {name: content(name, size) for name, size in sizes.items()}
    disk.write(
        [Action(name, (digest,), seconds) for name, (digest, _) in found.items()],
        [(digest, parts, seconds) for digest, parts in found.values()],
    )
    return {name: digest for name, (digest, _) in found.items()}


def files(folder: Path) -> list[Path]:
    """The files of large contents in a store."""
    return sorted(path for path in (folder / "blobs").glob("*/*") if path.is_file())


@contextmanager
def statements(index: sqlite3.Connection, kind: str = "") -> Iterator[Callable[[], int]]:
    """How many statements of a kind are executed."""
    seen: list[str] = []
    index.set_trace_callback(seen.append)
    try:
        yield lambda: sum(text.lstrip().startswith(kind) for text in seen)
    finally:
        index.set_trace_callback(None)


@contextmanager
def opened(folder: Path) -> Iterator[sqlite3.Connection]:
    """The index of a store as anybody may open it."""
    index = sqlite3.connect(folder / "index.sqlite", isolation_level=None)
    try:
        yield index
    finally:
        index.close()
