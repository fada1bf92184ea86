"""Writing results into a folder: nothing that is there is ever overwritten, and pictures carry their graph."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import JsonValue

from graphs.document.model import Document, Node, Subgraph
from graphs.errors import InputError
from graphs.files import Places
from graphs.media import File
from graphs.model_folders import model_folders
from graphs.png import with_graph
from graphs.results import file_stems, write_new

L = TypeVar("L", Document, Subgraph)
REPORT = "run"


def begin_report(folder: Path, header: Mapping[str, JsonValue]) -> Path:
    """Make the folder where results go and claim the name of this run's report in it, before anything runs.

    The report's number is the run's: `run-2.json` stands beside `sheet-2.png`. `InputError` where that cannot be.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = "the folder for results cannot be made"
        given = f"{folder}: {error.strerror or error}"
        raise InputError(message, where="--out", given=given, mend="choose another folder") from error
    content = json.dumps({"status": "running", **header}, indent=2, ensure_ascii=False)
    return write_new(folder, REPORT, ".json", f"{content}\n".encode())


def save_files(report: Path, name: str, files: Sequence[File], document: Document) -> list[Path]:
    """Write the files of one output beside the run's report, under its number; a picture's file holds the document."""
    run = report.stem.removeprefix(REPORT)
    paths = []
    for stem, file in zip(file_stems(name, [file.suffix for file in files]), files, strict=True):
        content = with_graph(file.content, document) if file.suffix == ".png" else file.content
        paths.append(write_new(report.parent, stem + run, file.suffix, content))
    return paths


def without_absolute_paths(level: L) -> L:
    """The document as it may be shared: of a file elsewhere its name is left, of a model that in the library."""

    def clean(node: Node) -> Node:
        params = {name: _clean(value) for name, value in node.params.items()}
        graph = None if node.graph is None else without_absolute_paths(node.graph)
        return node.model_copy(update={"params": params, "graph": graph})

    return level.model_copy(update={"nodes": {name: clean(node) for name, node in level.nodes.items()}})


def _clean(value: JsonValue) -> JsonValue:
    if isinstance(value, dict) and isinstance(value.get("file"), str) and Path(str(value["file"])).is_absolute():
        places = Places(Path(), models=model_folders())
        return {"file": places.model_name(value) or Path(str(value["file"])).name}
    return value
