"""Damage on disk: how it shows in an index, and putting out of the way what stands where something else belongs."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
"""Pages that make no sense, a file that is no index."""

_OTHER_TABLES = ("no such ", "table ", "ON CONFLICT ")
"""How messages begin where tables are missing or others than ours."""

_PRIMARY = 0xFF
"""An extended error code holds the primary one here."""


Troubles = (sqlite3.Error, OSError, UnicodeDecodeError)
"""What work with the disk may raise."""


def is_damage(error: Exception) -> bool:
    """Whether an error says that the index is damaged, and not that it is busy, full or out of reach."""
    if isinstance(error, UnicodeDecodeError):  # in a message of SQLite's that names what is damaged
        return True
    if not isinstance(error, sqlite3.DatabaseError):
        return False
    code: int | None = getattr(error, "sqlite_errorcode", None)
    if code is None:  # a text that is none
        return isinstance(error, sqlite3.OperationalError)
    if code == sqlite3.SQLITE_ERROR:
        return str(error).startswith(_OTHER_TABLES)
    return code & _PRIMARY in _DAMAGED


def is_busy(error: sqlite3.Error) -> bool:
    """Whether an error says that another process has its turn."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & _PRIMARY == sqlite3.SQLITE_BUSY


def is_moved(error: Exception) -> bool:
    """Whether an error says that the index was moved or removed while it was open."""
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_READONLY_DBMOVED


def set_aside(index: Path) -> None:
    """Put a damaged index where a person may look at it, over one that was put there before."""
    aside = index.with_suffix(".damaged")
    remove(aside)
    index.replace(aside)
    for rest in ("-wal", "-shm"):
        remove(index.with_name(index.name + rest))


def remove(path: Path) -> None:
    """Remove whatever is there: a file, a folder, or nothing."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
