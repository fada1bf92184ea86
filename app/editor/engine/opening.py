"""A document that the server holds, as the engine takes it."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import JsonValue

from graphs.catalogue.catalogue import Catalogue
from graphs.document.model import Document, Subgraph
from graphs.document.reading import loads
from graphs.files import Places
from graphs.home import assets_folder, workspace_folder
from graphs.model_folders import model_folders
from graphs.naming import parse_reference
from graphs.opening import Opened
from graphs.upgrading import upgrade


def open_document(document: JsonValue, place: str, catalogue: Catalogue, readable: tuple[Path, ...]) -> Opened:
    """The graph in today's terms; `GraphError` where it is none. Its files lie beside `place`."""
    current, report = upgrade(loads(json.dumps(document)), catalogue)
    base = Path(place).resolve().parent if place else workspace_folder()
    files = Places(base, (workspace_folder(), assets_folder(), *readable), model_folders())
    name = str(Path(place).resolve()) if place else ""
    return Opened(current, files, tuple(report.notes), tuple(report.faults), name)


def inner_targets(document: Document, targets: tuple[str, ...]) -> tuple[str, ...]:
    """The nodes that are meant: of a subgraph those that its outputs come from."""
    found = dict.fromkeys(name for target in targets for name in _inner(document, target))
    return tuple(found)


def _inner(document: Document, target: str) -> list[str]:
    level: Document | Subgraph = document
    for name in target.split("/"):
        node = level.nodes.get(name)
        if node is None or node.graph is None:
            return [target]
        level = node.graph
    references = [parse_reference(text) for text in level.outputs.values()] if isinstance(level, Subgraph) else []
    inner = [f"{target}/{reference.node}" for reference in references if reference is not None]
    return [name for place in inner for name in _inner(document, place)]
