"""Large contents as files under their digest, each written whole or not at all."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from graphs.parts import DIGEST_SIZE
from graphs.store.damage import remove
from graphs.whole import write_whole

SUFFIX = ".safetensors"

_DIGEST = re.compile(f"[0-9a-f]{{{2 * DIGEST_SIZE}}}")

UNDER_WAY = 600.0
"""Seconds within which a file that belongs to nothing may be one that another process is about to keep."""


class Blobs:
    """A folder of files named by the digest of what they hold."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> Path:
        """Where a content lies."""
        return self.folder / digest[:2] / f"{digest}{SUFFIX}"

    def write(self, digest: str, content: bytes) -> None:
        """Keep a content. Not synced: what a power cut takes is a miss."""
        if self.read(digest) == content:
            return
        path = self.path(digest)
        _make_way(path)
        write_whole(path, content, suffix=".part")

    def read(self, digest: str) -> bytes | None:
        """A content; None where it is gone."""
        if not is_digest(digest):
            return None
        try:
            return self.path(digest).read_bytes()
        except OSError:
            return None

    def remove(self, digest: str) -> None:
        """Let a content go, or what stands in its place."""
        if not is_digest(digest):
            return
        try:
            remove(self.path(digest))
        except NotADirectoryError:
            return

    def sizes(self) -> Iterator[tuple[str, int, float]]:
        """Every file that may be a content: digest, bytes, and when it was written."""
        for path in self.folder.glob(f"*/*{SUFFIX}"):
            with suppress(OSError):  # another process let it go
                status = path.stat()
                if is_digest(path.stem):
                    yield path.stem, status.st_size, status.st_mtime

    def strays(self, known: set[str]) -> Iterator[Path]:
        """What is no known content: left over, or put there by another hand; not what may be under way."""
        before = time.time() - UNDER_WAY
        for path in self.folder.glob("*/*"):
            if (path.suffix != SUFFIX or path.stem not in known) and path.lstat().st_mtime < before:
                yield path


def is_digest(name: object) -> bool:
    """Whether this is a digest: what a damaged index gives need not be one."""
    return isinstance(name, str) and _DIGEST.fullmatch(name) is not None


def _make_way(path: Path) -> None:
    """Have the folder of a file that is to be written, and no folder in the file's place."""
    for folder in (path.parent.parent, path.parent):
        if folder.exists() and not folder.is_dir():
            remove(folder)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.is_dir():
        remove(path)
