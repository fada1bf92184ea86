"""Large contents as files under their digest, each written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

SUFFIX = ".safetensors"


class Blobs:
    """A folder of files named by the digest of what they hold."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> Path:
        """Where a content lies."""
        return self.folder / digest[:2] / f"{digest}{SUFFIX}"

    def write(self, digest: str, content: bytes) -> None:
        """Keep a content. Not synced: what a power cut takes is a miss."""
        path = self.path(digest)
        if path.is_file() and path.stat().st_size == len(content):
            return
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def read(self, digest: str) -> bytes | None:
        """A content; None where it is gone."""
        try:
            return self.path(digest).read_bytes()
        except OSError:
            return None

    def remove(self, digest: str) -> None:
        """Let a content go."""
        self.path(digest).unlink(missing_ok=True)

    def strays(self, known: set[str]) -> Iterator[Path]:
        """The files that are no known content: left over, or put there by another hand."""
        for path in self.folder.glob("*/*"):
            if path.suffix != SUFFIX or path.stem not in known:
                yield path
