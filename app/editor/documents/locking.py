"""A lock that one process holds at a time, and that goes when the process does."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from graphs.errors import InputError


class Lock:
    """The lock at a path; `InputError` where it is held already."""

    def __init__(self, path: Path, where: str) -> None:
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _take(self._handle)
        except OSError as error:
            os.close(self._handle)
            message, mend = "the graph is open in another editor", "use that one, or close it there first"
            raise InputError(message, where=where, mend=mend) from error

    def release(self) -> None:
        """Let it go; its file stays, so that nobody locks a file that another removes."""
        os.close(self._handle)


if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
