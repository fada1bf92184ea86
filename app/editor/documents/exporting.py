"""An open document as bytes to take away. What needs nodes runs in a process of its own: they import what is large."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from app.editor.documents.session import Session
from graphs.catalogue.catalogue import Catalogue
from graphs.document.writing import dumps
from graphs.errors import InputError
from graphs.files import Places
from graphs.home import assets_folder, workspace_folder
from graphs.opening import Opened
from graphs.packing import make_pack, write_pack

LONGEST = 120.0
"""Seconds that a script may take to be written; it needs the nodes to be imported, and no more."""


def export_json(session: Session) -> bytes:
    """The document as its file holds it."""
    return dumps(session.document).encode()


def export_pack(session: Session, catalogue: Catalogue, readable: Sequence[Path] = ()) -> bytes:
    """The document and its files as a pack; `GraphError` where one of them cannot be read."""
    places = Places(session.place.parent, (workspace_folder(), assets_folder(), *readable))
    pack = make_pack(Opened(session.document, places, place=str(session.place)), catalogue)
    with tempfile.TemporaryDirectory(prefix="noiseloom-") as temporary:
        path = Path(temporary) / "pack.zip"
        write_pack(pack, path)
        return path.read_bytes()


def export_python(
    session: Session, *, nodes: Sequence[Path] = (), plugins: bool = True, readable: Sequence[Path] = ()
) -> bytes:
    """The document as a script. It is saved first, and the command writes the script, which takes some seconds."""
    session.save()
    options = [part for folder in nodes for part in ("--nodes", str(folder))]
    options += [] if plugins else ["--no-plugins"]
    options += [part for folder in readable for part in ("--allow-read", str(folder))]
    command = [sys.executable, "-m", "app.command", "export", *options, "--", str(session.place)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=LONGEST, check=False)  # noqa: S603 - our own command
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InputError("the script cannot be written", where=session.name, given=str(error)) from error
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().removeprefix("noiseloom: ")
        raise InputError(f"the graph cannot be exported: {said}", mend="mend these faults first")
    return done.stdout
