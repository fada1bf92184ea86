"""Opening the person's browser without telling other users the link: a list of processes shows its arguments."""

from __future__ import annotations

import os
import sys
import threading
import webbrowser
from pathlib import Path

from app.editor.plain_pages import forward
from app.editor.secrets_folder import write_secretly

PAGE = "open.html"


def open_browser(link: str, folder: Path) -> None:
    """Show the link in a browser, by a page that only its owner can read; nothing happens where there is no browser."""
    if not _has_screen():
        return
    page = folder / PAGE
    write_secretly(page, forward(link).encode())
    threading.Thread(target=webbrowser.open, args=(page.absolute().as_uri(),), daemon=True).start()


def forget_link(folder: Path) -> None:
    """Remove the page with the link."""
    (folder / PAGE).unlink(missing_ok=True)


def _has_screen() -> bool:
    """Whether a browser would have a window; one in the terminal would take it from us."""
    if sys.platform in ("win32", "darwin"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))
