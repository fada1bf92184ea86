"""A graph as one file to share, a pack: a zip of the graph, the files that it names, and what it was made with."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from pydantic import JsonValue

from graphs.catalogue.catalogue import Catalogue
from graphs.document.writing import dumps
from graphs.errors import InputError
from graphs.faults import GraphError
from graphs.file_references import FileReference, file_references, with_files
from graphs.files import FileTrouble, Places, find_file
from graphs.hub import PREFIX
from graphs.manifest import (
    MODEL,
    PACK,
    FileLiteral,
    Manifest,
    PackedFile,
    digest_of,
    file_digest,
    model_digest,
    new_digest,
    packages_used,
    versions,
)
from graphs.opening import Opened
from graphs.results import new_file
from graphs.zips import CHUNK, GRAPH, MANIFEST

FILES = "files/"
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can hold; every entry has it, so that two packs of a graph are equal."""

LONGEST_STEM = 80


@dataclass(frozen=True)
class Pack:
    """What goes into a pack: the text of the graph, what it says of itself, and the files by their names inside."""

    graph: bytes
    manifest: Manifest
    files: Mapping[str, Path]
    left_out: tuple[str, ...] = ()
    """The models that are named and not in it, which whoever opens it has to have."""

    def entries(self) -> dict[str, bytes | Path]:
        """Content by name, in the order of a pack."""
        found: dict[str, bytes | Path] = {GRAPH: self.graph, MANIFEST: self.manifest.text(), **self.files}
        return {name: found[name] for name in sorted(found)}


def make_pack(opened: Opened, catalogue: Catalogue) -> Pack:
    """The pack of a graph as it was opened.

    A content that is named under several names is in it once for each suffix; assets and models are only named, with a
    digest. `GraphError` with the faults of its files, where there are any; `InputError` for a folder that is no model
    of the library.
    """
    references = file_references(opened.document, catalogue)
    faults = [fault for reference in references for fault in reference.faults(opened.files)]
    if faults:
        raise GraphError(tuple(dict.fromkeys(faults)))
    contents = _Contents()
    for reference in references:
        contents.add(reference, opened.files)

    def renamed(literal: JsonValue) -> JsonValue:
        return {"file": contents.names[str(literal["file"])]} if isinstance(literal, dict) else literal

    graph = dumps(with_files(opened.document, renamed)).encode()
    files = tuple(entry for _, entry in sorted(contents.entries.items()))
    packages = packages_used(opened.document, catalogue)
    manifest = Manifest(pack=PACK, graph=digest_of(graph), versions=versions(), files=files, packages=packages)
    return Pack(graph, manifest, contents.sources, tuple(sorted(contents.models)))


@dataclass
class _Contents:
    """The files of a graph as they are gathered: names inside by the names in the graph, and where each lies."""

    names: dict[str, str] = field(default_factory=dict)
    entries: dict[str, PackedFile] = field(default_factory=dict)
    sources: dict[str, Path] = field(default_factory=dict)
    by_content: dict[tuple[str, str], str] = field(default_factory=dict)
    models: set[str] = field(default_factory=set)

    def add(self, reference: FileReference, files: Places) -> None:
        """Take a file in, or note an asset or a model."""
        path = find_file(reference.literal, (), files, folder=True)
        if isinstance(path, FileTrouble):
            raise InputError(path.message, where=reference.place)
        model = files.model_name(reference.literal)
        if model or str(reference.literal).startswith(PREFIX):
            self._note_model(reference.literal, model, path, files)
            return
        if path.is_dir():
            mend = "name it by its id on the hub, or put it into a folder of models and name it from there"
            raise InputError("a pack holds files, and this is a folder", where=reference.place, mend=mend)
        digest = file_digest(path)
        literal: FileLiteral = str(reference.literal)
        if isinstance(reference.literal, dict):
            written = Path(str(reference.literal["file"]))
            content = (digest, written.suffix.lower())
            name = self.by_content.setdefault(content, _free_name(written, set(self.sources)))
            self.names[str(reference.literal["file"])], self.sources[name], literal = name, path, {"file": name}
        self.entries[str(literal)] = PackedFile(literal=literal, size=path.stat().st_size, digest=digest)

    def _note_model(self, literal: JsonValue, model: str, path: Path, files: Places) -> None:
        """Note what lies in a folder of models or in the hub's cache, which is too large for a pack."""
        name = f"{MODEL}{model}" if model else str(literal)
        if isinstance(literal, dict):
            self.names[str(literal["file"])] = model
        paths = files.files_of(path).values() if path.is_dir() else [path]
        size = sum(part.stat().st_size for part in paths)
        self.entries[name] = PackedFile(literal=name, size=size, digest=files.digest_of(path, model_digest))
        self.models.add(name.removeprefix(MODEL))


def write_pack(pack: Pack, path: Path) -> None:
    """Write the pack, never over a file that is there. Two packs of a graph are byte-equal."""
    with new_file(path) as file:
        _write(pack, file, path)


def _write(pack: Pack, file: IO[bytes], path: Path) -> None:
    """Write all entries; where that fails, no half of a pack is left."""
    try:
        with zipfile.ZipFile(file, "w") as archive:
            for name, content in pack.entries().items():
                info = zipfile.ZipInfo(name, EARLIEST)
                info.create_system, info.external_attr = 3, 0o100644 << 16  # the same on every system
                if isinstance(content, bytes):
                    archive.writestr(info, content)
                else:
                    _copy(content, archive, info, pack.manifest)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _copy(source: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo, manifest: Manifest) -> None:
    expected = next(entry for entry in manifest.files if entry.literal == {"file": info.filename})
    info.file_size = expected.size
    digest = new_digest()
    with source.open("rb") as file, archive.open(info, "w") as to:
        while part := file.read(CHUNK):
            digest.update(part)
            to.write(part)
    if digest.hexdigest() != expected.digest:
        raise InputError("the file changed while it was packed", where=str(source), mend="pack the graph again")


def _free_name(path: Path, taken: set[str]) -> str:
    """`files/NAME`: a name that every system can hold, and no other file of the pack has in any case of letters."""
    suffix = re.sub(r"[^A-Za-z0-9.]+", "_", path.suffix)[:20]
    stem = re.sub(r"[^A-Za-z0-9_-]+", "_", path.name.removesuffix(path.suffix))[:LONGEST_STEM] or "_"
    folded = {name.casefold() for name in taken}
    name, number = f"{FILES}{stem}{suffix}", 2
    while name.casefold() in folded:
        name, number = f"{FILES}{stem}-{number}{suffix}", number + 1
    return name
