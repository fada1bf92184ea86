"""Writing a file so that it holds what it held before or all that is new, never a part."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_whole(path: Path, content: bytes, *, prefix: str = "tmp", suffix: str = "", synced: bool = False) -> None:
    """Write beside `path`, under a name with `prefix` and `suffix`, and put it in its place; OSError leaves no rest.

    `synced`: it stands on the disk before it is put there, so that a power cut takes nothing.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=prefix, suffix=suffix)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            if synced:
                file.flush()
                os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
