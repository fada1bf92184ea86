"""The folder that the editor's graphs lie in: which file a name stands for, and that it lies nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from app.editor.documents.words import plain
from graphs.errors import InputError

SUFFIX = ".json"
LONGEST_NAME = 80
LONGEST_PATH = 400
ALLOWED = "letters, digits, blanks, - and _, in folders parted by /; no name that begins with a dot"

_FORBIDDEN = re.compile(r'[<>:"\\|?*\x00-\x1f\x7f-\x9f\ud800-\udfff]')
"""What a file's name cannot hold on every system."""

_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Names that are devices on Windows."""


class Workspace:
    """The folder; `InputError` where it lies in a folder of nodes or around one: a graph must never bring code."""

    def __init__(self, folder: Path, nodes: Iterable[Path] = ()) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.folder = folder.resolve(strict=True)
        except (OSError, RuntimeError) as error:
            raise InputError("the workspace cannot be made", where=str(folder), given=str(error)) from error
        for other in nodes:
            found = other.resolve()
            if found.is_relative_to(self.folder) or self.folder.is_relative_to(found):
                message = "the workspace and a folder of nodes lie in one another"
                mend = "move the nodes elsewhere, or name another home with NOISELOOM_HOME"
                raise InputError(message, where=str(self.folder), given=str(other), mend=mend)

    def path_of(self, name: str) -> Path:
        """The file that a name stands for, whether it is there or not; `InputError` where it is no name within."""
        parts = name.removesuffix(SUFFIX).split("/")
        wrong = next((part for part in parts if not _is_sound(part)), None)
        if wrong is not None or len(name) > LONGEST_PATH:
            message = "this cannot be the name of a graph in the workspace"
            raise InputError(message, where=plain(name), given=plain(wrong or name), allowed=ALLOWED)
        return self.inside(self.folder.joinpath(*parts[:-1], parts[-1] + SUFFIX), name)

    def inside(self, path: Path, name: str = "") -> Path:
        """The path with its links followed; `InputError` where it leads out of the workspace."""
        try:
            found = path.resolve()
        except (OSError, RuntimeError, ValueError) as error:  # a loop of links
            raise InputError("this is no path", where=plain(name or str(path)), given=str(error)) from error
        if not self.holds(found):
            message, where = "this leads out of the workspace", plain(name or str(path))
            raise InputError(message, where=where, allowed=f"graphs in {self.folder}", mend="import the file instead")
        return found

    def holds(self, place: Path) -> bool:
        """Whether a resolved path lies within."""
        return place.is_relative_to(self.folder) and place != self.folder

    def shown(self, place: Path) -> str:
        """A place as a person reads it."""
        if self.holds(place):
            return plain(place.relative_to(self.folder).as_posix())
        home = Path.home()
        return plain(f"~/{place.relative_to(home).as_posix()}" if place.is_relative_to(home) else str(place))


def stem_of(title: str) -> str:
    """A name for a file, as near to a title as every system allows."""
    plain_title = _FORBIDDEN.sub(" ", title.removesuffix(SUFFIX).replace("/", " "))
    stem = " ".join(plain_title.split())[:LONGEST_NAME].strip(" .")
    return stem if _is_sound(stem) else "graph"


def _is_sound(part: str) -> bool:
    short = 0 < len(part) <= LONGEST_NAME
    return short and not part.startswith(".") and part == part.strip(" .") and not _unsafe(part)


def _unsafe(part: str) -> Sequence[object]:
    return [found for found in (_FORBIDDEN.search(part), _DEVICES.fullmatch(part)) if found is not None]
