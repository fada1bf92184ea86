"""Writing results into a folder: nothing that is there is ever overwritten, and pictures carry their graph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import JsonValue

from graphs.document.model import Document, Node, Subgraph
from graphs.errors import InputError
from graphs.media import File
from graphs.png import with_graph

L = TypeVar("L", Document, Subgraph)
REPORT = "run"
MOST_TRIES = 1_000_000


def begin_report(folder: Path) -> Path:
    """Make the folder where results go and claim the name of this run's report in it, before anything runs.

    The report's number is the run's: `run-2.json` stands beside `sheet-2.png`. `InputError` where that cannot be.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = "the folder for results cannot be made"
        given = f"{folder}: {error.strerror or error}"
        raise InputError(message, where="--out", given=given, mend="choose another folder") from error
    return write_new(folder, REPORT, ".json", b'{"status": "running"}\n')


def save_files(report: Path, name: str, files: Sequence[File], document: Document) -> list[Path]:
    """Write the files of one output beside the run's report, under its number; a picture's file holds the document."""
    run = report.stem.removeprefix(REPORT)
    digits = max(2, len(str(len(files) - 1)))
    paths = []
    for number, file in enumerate(files):
        content = with_graph(file.content, document) if file.suffix == ".png" else file.content
        stem = f"{name}-{number:0{digits}}" if len(files) > 1 else name
        paths.append(write_new(report.parent, stem.replace("/", ".") + run, file.suffix, content))
    return paths


def write_new(folder: Path, stem: str, suffix: str, content: bytes) -> Path:
    """Write a file under a name that is not taken: stem, then stem-2, stem-3, …"""
    for path in _names(folder, stem, suffix):
        try:
            with path.open("xb") as file:
                file.write(content)
        except FileExistsError:
            continue
        except OSError as error:
            path.unlink(missing_ok=True)
            message, given = "a result cannot be written", error.strerror or str(error)
            raise InputError(message, where=str(path), given=given, mend="choose another --out") from error
        return path
    raise InputError("the folder for results is full", where=str(folder), mend="choose another --out")


def without_absolute_paths(level: L) -> L:
    """The document as it may be shared: of a file outside its folder only the name is left."""

    def clean(node: Node) -> Node:
        params = {name: _clean(value) for name, value in node.params.items()}
        graph = None if node.graph is None else without_absolute_paths(node.graph)
        return node.model_copy(update={"params": params, "graph": graph})

    return level.model_copy(update={"nodes": {name: clean(node) for name, node in level.nodes.items()}})


def _clean(value: JsonValue) -> JsonValue:
    if isinstance(value, dict) and isinstance(value.get("file"), str) and Path(str(value["file"])).is_absolute():
        return {"file": Path(str(value["file"])).name}
    return value


def _names(folder: Path, stem: str, suffix: str) -> Iterator[Path]:
    yield folder / f"{stem}{suffix}"
    for number in range(2, MOST_TRIES):
        yield folder / f"{stem}-{number}{suffix}"
