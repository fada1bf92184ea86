"""The files of the workspace, for a person to choose from."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

MOST_FILES = 2000
MOST_VISITED = 50_000
DEEPEST = 8


def files_in_workspace(workspace: Path, suffixes: tuple[str, ...] = ()) -> list[str]:
    """Relative paths of the files with these suffixes, sorted; hidden ones and links that lead outside are left out."""
    root = workspace.resolve()
    visited = islice(_files(root), MOST_VISITED)
    wanted = (path for path in visited if not suffixes or path.suffix.lower() in suffixes)
    found = (path.relative_to(root).as_posix() for path in wanted if _is_inside(path, root))
    return sorted(islice(found, MOST_FILES))


def _files(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        here = Path(folder)
        deep = len(here.relative_to(root).parts) >= DEEPEST
        folders[:] = [] if deep else sorted(name for name in folders if not name.startswith("."))
        yield from (here / name for name in sorted(names) if not name.startswith("."))


def _is_inside(path: Path, root: Path) -> bool:
    """Whether a path, links followed, is a file of the workspace."""
    try:
        found = path.resolve()
        return found.is_relative_to(root) and found.is_file()
    except (OSError, RuntimeError):  # a loop of links
        return False
