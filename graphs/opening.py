"""Finding and reading a graph: a JSON file, a PNG that carries one, a pack, or an example's name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from graphs.catalogue.catalogue import Catalogue
from graphs.document.model import Document
from graphs.document.reading import LARGEST_TEXT, loads
from graphs.errors import InputError
from graphs.faults import Fault, GraphError
from graphs.files import Places
from graphs.home import assets_folder, examples_folder, workspace_folder
from graphs.model_folders import model_folders
from graphs.naming import listing, suggestion
from graphs.upgrading import upgrade

if TYPE_CHECKING:
    from graphs.manifest import Manifest

ALLOWED = "a JSON file, a PNG, a pack, or an example's name"


@dataclass(frozen=True)
class Opened:
    """A graph in today's terms, where its files may lie, what was changed to get there, and what could not be.

    `place` is the path that it was read from, or nothing.
    """

    document: Document
    files: Places
    notes: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    place: str = ""


def example_names() -> list[str]:
    """The examples that come with Noiseloom."""
    return sorted(path.stem for path in examples_folder().glob("*.json"))


def open_graph(name: str, catalogue: Catalogue, readable: tuple[Path, ...] = ()) -> Opened:
    """The graph of that path or example name; `readable` are further folders that it may read from.

    A pack's files are unpacked into the workspace; what is other here than where it was made is noted.
    """
    path = _find(name)
    others = (workspace_folder(), assets_folder(), *readable)
    try:
        document, base, manifest = _read(path)
    except GraphError as error:
        raise GraphError(
            tuple(fault.model_copy(update={"node": fault.node or str(path)}) for fault in error.faults)
        ) from error
    except OSError as error:
        raise InputError("the file cannot be read", where=str(path), given=error.strerror or str(error)) from error
    current, report = upgrade(document, catalogue)
    files = Places(base, others, model_folders())
    notes = [*_differences(manifest, catalogue, files), *report.notes]
    return Opened(current, files, tuple(notes), tuple(report.faults), str(path.resolve()))


def _differences(manifest: Manifest | None, catalogue: Catalogue, files: Places) -> list[str]:
    if manifest is None:
        return []
    from graphs.differences import differences  # only a pack needs it

    return differences(manifest, catalogue, files)


def _read(path: Path) -> tuple[Document, Path, Manifest | None]:
    """The document, the folder that its files lie in, and what a pack says of itself."""
    from graphs.png import graph_of, is_png  # a JSON file needs none of it

    if is_png(path):
        return graph_of(path), workspace_folder(), None
    if _is_pack(path):
        from graphs.unpacking import unpack

        unpacked = unpack(path)
        return loads(unpacked.graph), unpacked.folder, unpacked.manifest
    if path.stat().st_size > LARGEST_TEXT:
        raise InputError(
            "the graph is too large",
            where=str(path),
            given=f"{path.stat().st_size} bytes",
            allowed=f"{LARGEST_TEXT} bytes",
        )
    return loads(path.read_bytes()), path.resolve().parent, None


def _is_pack(path: Path) -> bool:
    """Whether a file is to be read as a pack: it begins as a zip does, or is called one."""
    with path.open("rb") as file:
        return file.read(2) == b"PK" or path.suffix.lower() == ".zip"


def _find(name: str) -> Path:
    path = Path(name)
    example = examples_folder() / f"{name}.json"
    try:
        if path.is_dir():
            raise InputError("this is a folder, not a graph", where=name, allowed=ALLOWED)
        if path.is_file():
            return path
        if path.exists():
            raise InputError("this is not a file", where=name, mend="save it as a file first")
        if example.parent == examples_folder() and example.is_file():
            return example
    except (OSError, ValueError) as error:
        raise InputError("this is no path", where=name[:80], given=str(error)) from error
    beside = [entry.name for entry in path.parent.glob("*.json")] if path.parent.is_dir() else []
    near = suggestion(path.name, [*beside, *example_names()])
    mend = near or f"name a file, or one of the examples: {listing(example_names())}"
    raise InputError("there is no such graph", where=name, allowed=ALLOWED, mend=mend)
