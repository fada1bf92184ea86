"""Finding and reading a graph: a JSON file, a PNG that carries one, or an example's name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from graphs.catalogue.catalogue import Catalogue
from graphs.document.model import Document
from graphs.document.reading import LARGEST_TEXT, loads
from graphs.errors import InputError
from graphs.faults import Fault, GraphError
from graphs.files import Places
from graphs.home import assets_folder, examples_folder, workspace_folder
from graphs.naming import listing, suggestion
from graphs.upgrading import upgrade


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
    """The graph of that path or example name; `readable` are further folders that it may read from."""
    path = _find(name)
    others = (workspace_folder(), assets_folder(), *readable)
    try:
        document, base = _read(path)
    except GraphError as error:
        raise GraphError(
            tuple(fault.model_copy(update={"node": fault.node or str(path)}) for fault in error.faults)
        ) from error
    except OSError as error:
        raise InputError("the file cannot be read", where=str(path), given=error.strerror or str(error)) from error
    current, report = upgrade(document, catalogue)
    return Opened(current, Places(base, others), tuple(report.notes), tuple(report.faults), str(path.resolve()))


def _read(path: Path) -> tuple[Document, Path]:
    from graphs.png import graph_of, is_png  # a JSON file needs none of it

    if is_png(path):
        return graph_of(path), workspace_folder()
    if path.stat().st_size > LARGEST_TEXT:
        raise InputError(
            "the graph is too large",
            where=str(path),
            given=f"{path.stat().st_size} bytes",
            allowed=f"{LARGEST_TEXT} bytes",
        )
    return loads(path.read_bytes()), path.resolve().parent


def _find(name: str) -> Path:
    path = Path(name)
    example = examples_folder() / f"{name}.json"
    try:
        if path.is_dir():
            raise InputError(
                "this is a folder, not a graph", where=name, allowed="a JSON file, a PNG, or an example's name"
            )
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
    raise InputError(
        "there is no such graph", where=name, allowed="a JSON file, a PNG, or an example's name", mend=mend
    )
