"""NiceGUI as small and as quick to import as it can be."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

UNUSED = ("aiohttp", "tornado", "matplotlib", "pandas", "plotly", "altair", "requests")
"""Packages that are imported only if they are there, for what the editor does not use (a client, other plots)."""


class Absent(MetaPathFinder):
    """Makes the unused packages look as if they were not installed."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None, /
    ) -> ModuleSpec | None:
        """Refuse an unused package; leave any other to the next finder."""
        if fullname in UNUSED:
            raise ModuleNotFoundError(name=fullname)
        return None


@contextmanager
def lean_imports(folder: Path) -> Iterator[None]:
    """While this lasts, what NiceGUI only might use is not imported; its files go to that folder, not to this one."""
    os.environ["NICEGUI_STORAGE_PATH"] = str(folder / "nicegui")
    os.environ["MATPLOTLIB"] = "false"
    os.environ.pop("NICEGUI_REDIS_URL", None)
    absent = Absent()
    sys.meta_path.insert(0, absent)
    try:
        yield
    finally:
        sys.meta_path.remove(absent)
