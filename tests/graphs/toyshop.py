"""The catalogue of the toy nodes, and short ways to write graphs of them."""

from __future__ import annotations

import functools
import importlib
import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import JsonValue

from graphs.catalogue.catalogue import BrokenFile, Catalogue
from graphs.catalogue.packages import Package
from graphs.checking.check import check
from graphs.declaration.node import NodeFunction
from graphs.declaration.records import NodeType, ValueType
from graphs.declaration.values import value_mark, value_type
from graphs.defaults import with_defaults, without_defaults
from graphs.document.model import Document
from graphs.document.reading import loads
from graphs.faults import Code, Fault, GraphError
from graphs.files import Places
from graphs.upgrading import upgrade

FOLDER = Path(__file__).parent / "toys"
PACKAGE = Package("toys", "tests.graphs.toys", FOLDER, plugin=True)

Saved = Mapping[str, JsonValue]


@functools.cache
def toys() -> Catalogue:
    """Every toy node, and one file that cannot be imported."""
    nodes: dict[str, NodeType] = {}
    values: dict[str, ValueType] = {}
    for file in PACKAGE.files():
        module = importlib.import_module(PACKAGE.module(file))
        for name, entry in vars(module).items():
            if isinstance(entry, NodeFunction) and entry.__module__ == module.__name__:
                record = entry.record(PACKAGE.identifier(module.__name__, name))
                nodes[record.id] = record
            elif isinstance(entry, type) and entry.__module__ == module.__name__ and value_mark(entry):
                values[entry.__name__] = value_type(entry)
    broken = (BrokenFile("toys.broken.", FOLDER / "broken.py", "SyntaxError: invalid syntax"),)
    earlier = {old: record.id for record in nodes.values() for old in record.also}
    return Catalogue(nodes, values, broken, (PACKAGE,), earlier)


def toy(kind: str, **inputs: JsonValue) -> dict[str, JsonValue]:
    """A node as JSON; `params` sets parameters, every other name is a wire."""
    params = inputs.pop("params", {})
    return {"type": f"toys.{kind}", "inputs": dict(inputs), "params": params}


def boxes(nodes: Saved, inputs: Saved | None = None, outputs: Saved | None = None) -> dict[str, JsonValue]:
    """A subgraph's content as JSON."""
    return {"nodes": dict(nodes), "inputs": dict(inputs or {}), "outputs": dict(outputs or {})}


def box(inner: Saved, params: Saved | None = None, **wires: JsonValue) -> dict[str, JsonValue]:
    """A node that holds a subgraph."""
    return {"type": "graph", "graph": dict(inner), "inputs": dict(wires), "params": dict(params or {})}


def graph(**nodes: JsonValue) -> Document:
    """A document of these nodes."""
    return loads(json.dumps({"noiseloom": 1, "nodes": dict(nodes)}))


def places(folder: Path | None = None) -> Places:
    """Where a graph's files lie."""
    return Places(folder or FOLDER)


def faults(document: Document, folder: Path | None = None) -> tuple[Fault, ...]:
    """What the check finds."""
    return check(document, toys(), places(folder))


def codes(document: Document) -> list[Code]:
    """The codes of what the check finds."""
    return [fault.code for fault in faults(document)]


def only(document: Document, folder: Path | None = None) -> Fault:
    """The one fault of a document."""
    found = faults(document, folder)
    assert len(found) == 1, found
    return found[0]


def outcome(text: str | bytes, catalogue: Catalogue | None = None) -> list[Fault]:
    """Every fault that reader, upgrade and check find in a text; anything else that they raise is a bug."""
    known = catalogue or toys()
    try:
        document = loads(text)
    except GraphError as error:
        return list(error.faults)
    current, report = upgrade(document, known)
    found = check(current, known, places())
    with_defaults(current, known)
    without_defaults(current, known)
    return [*report.faults, *found]
