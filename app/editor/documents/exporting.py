"""A document as bytes to take away. What needs nodes runs in a process of its own: they import what is large.

A session stays with its thread; what takes time is therefore given the document and its file, and may run in another.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from app.editor.documents.session import Session
from graphs.catalogue.catalogue import Catalogue
from graphs.document.model import Document
from graphs.document.writing import dumps
from graphs.errors import InputError
from graphs.files import Places
from graphs.home import assets_folder, workspace_folder
from graphs.model_folders import model_folders
from graphs.opening import Opened
from graphs.packing import make_pack, write_pack

LONGEST = 120.0
"""Seconds that a script may take to be written; it needs the nodes to be imported, and no more."""


def export_json(session: Session) -> bytes:
    """The document as its file holds it."""
    return dumps(session.document).encode()


def export_pack(document: Document, place: Path, catalogue: Catalogue, readable: Sequence[Path] = ()) -> bytes:
    """The document of a file and its files as a pack; `GraphError` where one of them cannot be read."""
    places = Places(place.parent, (workspace_folder(), assets_folder(), *readable), model_folders())
    pack = make_pack(Opened(document, places, place=str(place)), catalogue)
    with tempfile.TemporaryDirectory(prefix="noiseloom-") as temporary:
        path = Path(temporary) / "pack.zip"
        write_pack(pack, path)
        return path.read_bytes()


def export_python(
    place: Path, *, nodes: Sequence[Path] = (), plugins: bool = True, readable: Sequence[Path] = ()
) -> bytes:
    """The document that was saved into a file as a script, which a command writes; it takes some seconds."""
    options = [part for folder in nodes for part in ("--nodes", str(folder))]
    options += [] if plugins else ["--no-plugins"]
    options += [part for folder in readable for part in ("--allow-read", str(folder))]
    command = [sys.executable, "-m", "app.command", "export", *options, "--", str(place)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=LONGEST, check=False)  # noqa: S603 - our own command
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InputError("the script cannot be written", where=place.name, given=str(error)) from error
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().removeprefix("noiseloom: ")
        raise InputError(f"the graph cannot be exported: {said}", mend="mend these faults first")
    return done.stdout
