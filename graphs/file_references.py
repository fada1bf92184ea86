"""The files that a graph names, wherever it does: in nodes, in subgraphs, in sweeps, by default."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from pydantic import JsonValue

from graphs.catalogue.catalogue import Catalogue
from graphs.checking.parameters import literal_fault
from graphs.declaration.parameters import FilePath
from graphs.declaration.records import Parameter
from graphs.defaults import with_defaults
from graphs.document.model import Document, Node, Subgraph, join, walk
from graphs.faults import Code, Fault
from graphs.files import Places
from graphs.signatures import signatures
from graphs.sweeps import is_sweep

L = TypeVar("L", Document, Subgraph)
FILE_CODES = (Code.FILE_MISSING, Code.FILE_FORBIDDEN, Code.FILE_KIND, Code.HUB_MISSING)


@dataclass(frozen=True)
class FileReference:
    """A literal that names a file, at the parameter of the node at `place`."""

    place: str
    parameter: Parameter
    literal: JsonValue

    def faults(self, files: Places) -> list[Fault]:
        """Why it names no file that may be read."""
        fault = literal_fault(self.place, self.parameter, self.literal, files)
        return [fault] if fault is not None and fault.code in FILE_CODES else []


def file_references(document: Document, catalogue: Catalogue) -> list[FileReference]:
    """Every reference of a graph, in a stable order; those that stand only as a default included.

    `{"file": ...}` is one at a node of unknown type, too; `"asset:..."` only where the parameter is known to be a file.
    """
    whole = with_defaults(document, catalogue)
    known = signatures(whole, catalogue)
    found = []
    for path, level in sorted(walk(whole), key=lambda entry: entry[0]):
        for name, node in sorted(level.nodes.items()):
            place = join(path, name)
            signature = known[place]
            for key, literal in sorted(node.params.items()):
                knobs = signature.set_by(key) if signature else ()
                own = next((knob for knob in knobs if isinstance(knob.kind, FilePath)), None)
                parameter = own or Parameter(name=key, kind=FilePath(folder=True), default=None)
                values = [value for value in _values(literal) if is_file(value) or (own and _is_named(value))]
                found += [FileReference(place, parameter, value) for value in values]
    return found


def is_file(literal: JsonValue) -> bool:
    """Whether a literal is `{"file": path}`."""
    return isinstance(literal, dict) and set(literal) == {"file"} and isinstance(literal["file"], str)


def with_files(level: L, change: Callable[[JsonValue], JsonValue]) -> L:
    """The document with every `{"file": path}` changed, also in subgraphs and sweeps."""

    def changed(node: Node) -> Node:
        params = {name: _changed(literal, change) for name, literal in node.params.items()}
        graph = None if node.graph is None else with_files(node.graph, change)
        return node.model_copy(update={"params": params, "graph": graph})

    return level.model_copy(update={"nodes": {name: changed(node) for name, node in level.nodes.items()}})


def _changed(literal: JsonValue, change: Callable[[JsonValue], JsonValue]) -> JsonValue:
    if is_file(literal):
        return change(literal)
    if isinstance(literal, dict) and is_sweep(literal) and isinstance(literal["sweep"], list):
        return {**literal, "sweep": [change(value) if is_file(value) else value for value in literal["sweep"]]}
    return literal


def _values(literal: JsonValue) -> Iterator[JsonValue]:
    """The values of a sweep, or the one value."""
    if isinstance(literal, dict) and is_sweep(literal):
        swept = literal["sweep"]
        yield from swept if isinstance(swept, list) else ()
    else:
        yield literal


def _is_named(literal: JsonValue) -> bool:
    return isinstance(literal, str) and literal.startswith(("asset:", "hub:"))
