"""Graphs that name files, packed; and zips of any content."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

from pydantic import JsonValue

from graphs.document.model import Document
from graphs.manifest import digest_of
from graphs.opening import Opened
from graphs.packing import make_pack, write_pack
from tests.graphs.toyshop import box, boxes, graph, places, toy, toys

EARLIEST = (1980, 1, 1, 0, 0, 0)


def pictured(*names: JsonValue) -> dict[str, JsonValue]:
    """Nodes that name these files, n0 the first."""
    return {f"n{index}": toy("making.knobs", params={"picture": {"file": name}}) for index, name in enumerate(names)}


def with_box(picture: str) -> Document:
    """A graph that names a file in a subgraph, through its interface, and in a sweep."""
    inner = boxes(pictured(picture), None, {"out": "n0"})
    deep = boxes({"again": box(inner)}, None, {"out": "again"})
    open_inside = boxes({"k": toy("making.knobs")}, {"p": ["k.picture"]}, {"out": "k"})
    swept: JsonValue = {"sweep": [{"file": picture}, None, {"file": picture}], "axis": "a"}
    nodes = {
        "deep": box(deep),
        "outer": box(open_inside, {"p": {"file": picture}}),
        "swept": box(open_inside, {"p": swept}),
    }
    return graph(**nodes)


def packed(document: Document, folder: Path, path: Path) -> Path:
    """A graph that lies in a folder, packed to a file."""
    write_pack(make_pack(Opened(document, places(folder)), toys()), path)
    return path


def contents(path: Path) -> dict[str, bytes]:
    """What a zip holds."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_zip(path: Path, entries: Mapping[str, bytes], *, method: int = zipfile.ZIP_STORED) -> Path:
    """A zip of these entries."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name, EARLIEST), content, method)
    return path


def listing(**files: bytes) -> dict[str, bytes]:
    """The entries of a pack of an empty graph with these text files, as a hand may write them."""
    found = b'{"noiseloom": 1}'
    named = {f"files/{name}.txt": content for name, content in files.items()}
    raw: dict[str, JsonValue] = {"pack": 1, "graph": digest_of(found), "versions": {}, "packages": []}
    raw["files"] = [
        {"literal": {"file": name}, "size": len(content), "digest": digest_of(content)}
        for name, content in named.items()
    ]
    return {"graph.json": found, "pack.json": json.dumps(raw).encode(), **named}
