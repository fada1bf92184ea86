"""What a person drops on the editor becomes a graph: JSON, a picture that carries one, a pack."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

from pydantic import JsonValue

from graphs.catalogue.catalogue import Catalogue
from graphs.differences import differences
from graphs.document.model import Document, walk
from graphs.document.reading import loads
from graphs.errors import InputError
from graphs.file_references import with_files
from graphs.files import Places
from graphs.home import assets_folder
from graphs.model_folders import model_folders
from graphs.png import SIGNATURE, graph_of
from graphs.unpacking import unpack
from graphs.upgrading import upgrade

T = TypeVar("T")

LARGEST_IMPORT = 512 * 2**20
"""Bytes that are taken at the most, of a pack with its files."""


class Imported(NamedTuple):
    """A graph that was brought, and what the person should know of it."""

    document: Document
    notes: tuple[str, ...] = ()


def imported(body: bytes, folder: Path, catalogue: Catalogue) -> Imported:
    """The graph in a content, for a file in `folder`; `InputError` where it holds none.

    A pack's files are unpacked, and named from `folder` on. No node is imported: what needs that is done by a run.
    """
    if len(body) > LARGEST_IMPORT:
        raise InputError("the file is too large", given=f"{len(body)} bytes", allowed=f"{LARGEST_IMPORT} bytes")
    if body.startswith(b"PK"):
        found = _of_pack(body, folder, catalogue)
    elif body.startswith(SIGNATURE):
        found = Imported(_in_file(body, graph_of))
    else:
        found = Imported(loads(body))
    document, notes = modernised(found.document, catalogue)
    return Imported(document, (*found.notes, *notes))


def modernised(document: Document, catalogue: Catalogue) -> Imported:
    """The document in today's terms, as far as that needs no code of a node type: its migrations are a run's work."""
    for _, level in walk(document):
        for node in level.nodes.values():
            record = catalogue.find(node.type)
            if record is not None and node.version < record.version:
                return Imported(document)
    current, report = upgrade(document, catalogue)
    return Imported(current, tuple(report.notes))


def _of_pack(body: bytes, folder: Path, catalogue: Catalogue) -> Imported:
    unpacked = _in_file(body, unpack)
    files = unpacked.folder.resolve()
    packed = {entry.literal.get("file") for entry in unpacked.manifest.files if isinstance(entry.literal, dict)}

    def placed(literal: JsonValue) -> JsonValue:
        if isinstance(literal, dict) and literal.get("file") in packed:
            return {"file": (files / str(literal["file"])).relative_to(folder.resolve()).as_posix()}
        return literal  # the name of a model

    notes = differences(unpacked.manifest, catalogue, Places(folder, (assets_folder(),), model_folders()))
    return Imported(with_files(loads(unpacked.graph), placed), tuple(notes))


def _in_file(body: bytes, look: Callable[[Path], T]) -> T:
    """What is found in a content that has to be a file to be looked at."""
    with tempfile.TemporaryDirectory(prefix="noiseloom-") as temporary:
        path = Path(temporary) / "import"
        path.write_bytes(body)
        try:
            return look(path)
        except InputError as error:
            error.where = "" if error.where == str(path) else error.where  # the person knows another name
            raise
