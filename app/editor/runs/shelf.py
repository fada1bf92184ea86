"""A folder of media under the digests of their contents: nothing in it ever changes under its name."""

from __future__ import annotations

import re
import time
from collections.abc import Set
from pathlib import Path

from app.editor.engine.merging import media_of
from app.editor.engine.messages import Told
from graphs.home import home_folder
from graphs.whole import write_whole

NAME = re.compile(r"[0-9a-f]{32}\.(png|jpg|webp|json)")


NEW = ".new-"
"""How a file begins that is not written to its end."""


def gallery_folder() -> Path:
    """Where the gallery lies."""
    return home_folder() / "gallery"


class Shelf:
    """Keeps media. Two processes may use one at the same time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, name: str, content: bytes) -> None:
        """Keep a content: the file is there whole or not at all."""
        path = self.folder / name
        if path.exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(path, content, prefix=NEW)

    def path(self, name: str) -> Path | None:
        """The file of that name; None where there is none, or the name is none of ours."""
        if not NAME.fullmatch(name):
            return None
        path = self.folder / name
        return path if path.is_file() else None

    def size(self, name: str) -> int:
        """The bytes of a file; 0 where there is none."""
        path = self.path(name)
        return path.stat().st_size if path is not None else 0

    def remove(self, name: str) -> None:
        """Let a file go."""
        if NAME.fullmatch(name):
            (self.folder / name).unlink(missing_ok=True)

    def sweep(self, known: Set[str], age: float) -> None:
        """Take out what is not among the known and was put here so many seconds ago: nobody will ask for it."""
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            ours = NAME.fullmatch(path.name) or path.name.startswith(NEW)
            if ours and path.name not in known and time.time() - path.stat().st_mtime > age:
                path.unlink(missing_ok=True)

    def holds(self, view: Told) -> bool:
        """Whether all media of a view are there."""
        return all(self.path(name) is not None for name in media_of(view))
