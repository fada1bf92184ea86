"""Folders that a graph names, as a model of many files: what is in them, and one digest of all of it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from graphs.errors import NoiseloomError
from graphs.faults import Code

MOST_FILES = 2000
"""Files of a folder that are looked at; a model has a few dozen."""

DIGEST_SIZE = 32


class FolderError(NoiseloomError):
    """Why a folder may not be read as a whole: `code` is that of the fault."""

    def __init__(self, code: Code, message: str, name: str = "") -> None:
        super().__init__(f"{message}: {name}" if name else message)
        self.code = code


def folder_files(folder: Path, may: Callable[[Path], bool]) -> dict[str, Path]:
    """The files of a resolved folder by their relative names, links followed; hidden ones do not belong to it.

    Where a link leads is judged by `may`. `FolderError` for a link that leads elsewhere, nowhere or in a circle, for
    what is neither a file nor a folder, and for more than `MOST_FILES`.
    """
    found: dict[str, Path] = {}
    for name, path in _walk(folder, "", (folder,), may):
        found[name] = path
        if len(found) > MOST_FILES:
            raise FolderError(Code.FILE_KIND, f"the folder holds more than {MOST_FILES} files; name a model's own")
    return found


def folder_digest(files: Mapping[str, Path], digest_of: Callable[[Path], str]) -> str:
    """The digest of a folder by the names and the digests of its files, wherever it lies."""
    listed = json.dumps([[name, digest_of(path)] for name, path in sorted(files.items())])
    return hashlib.blake2b(listed.encode(), digest_size=DIGEST_SIZE).hexdigest()


def _walk(
    folder: Path, prefix: str, trail: tuple[Path, ...], may: Callable[[Path], bool]
) -> Iterator[tuple[str, Path]]:
    with os.scandir(folder) as entries:
        inside = sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda entry: entry.name)
    for entry in inside:
        name, path = prefix + entry.name, Path(entry.path)
        if entry.is_symlink():
            path = _target(path, name)
            if not may(path):
                raise FolderError(Code.FILE_FORBIDDEN, "a link in the folder leads to where nothing may be read", name)
        if path.is_dir():
            if path in trail:
                raise FolderError(Code.FILE_FORBIDDEN, "a link in the folder leads in a circle", name)
            yield from _walk(path, f"{name}/", (*trail, path), may)
        elif path.is_file():
            yield name, path
        else:
            raise FolderError(Code.FILE_KIND, "the folder holds what is neither a file nor a folder", name)


def _target(path: Path, name: str) -> Path:
    try:
        return path.resolve(strict=True)
    except (OSError, RuntimeError):
        raise FolderError(Code.FILE_MISSING, "a link in the folder leads nowhere", name) from None
