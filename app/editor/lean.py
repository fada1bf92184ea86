"""NiceGUI as small and as quick to import as it can be."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

UNUSED = ("aiohttp", "tornado", "matplotlib", "pandas", "plotly", "altair", "requests")
"""Packages that are imported only if they are there, for what the editor does not use (a client, other plots)."""


@contextmanager
def lean_imports(folder: Path) -> Iterator[None]:
    """While this lasts, what NiceGUI only might use is not imported; its files go to that folder, not to this one."""
    os.environ["NICEGUI_STORAGE_PATH"] = str(folder / "nicegui")
    os.environ["MATPLOTLIB"] = "false"
    os.environ.pop("NICEGUI_REDIS_URL", None)
    absent = dict.fromkeys((name for name in UNUSED if name not in sys.modules), None)
    sys.modules.update(absent)
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]
