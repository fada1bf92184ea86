"""Defaults: written out in what a result carries, left out of what a person saves."""

from __future__ import annotations

import json
from collections.abc import Callable, Set
from typing import TypeAlias, TypeVar

from pydantic import JsonValue

from graphs.catalogue.catalogue import Catalogue
from graphs.declaration.records import Parameter
from graphs.document.model import Document, Node, Subgraph, join
from graphs.naming import parse_reference
from graphs.signatures import Signature, signatures

L = TypeVar("L", Document, Subgraph)
Change: TypeAlias = Callable[[Node, Signature, Set[str]], Node]
"""Changes a node of which these parameters are set by the subgraph around it."""


def with_defaults(document: Document, catalogue: Catalogue) -> Document:
    """The graph with every parameter written out, so that it means the same for ever."""

    def fill(node: Node, signature: Signature, fed: Set[str]) -> Node:
        free = signature.parameters.keys() - node.params.keys() - node.inputs.keys() - fed
        defaults = {name: signature.parameters[name].default for name in free if _agree(signature.set_by(name))}
        return node.model_copy(update={"params": {**node.params, **defaults}})

    return _each(document, "", catalogue, signatures(document, catalogue), fill)


def without_defaults(document: Document, catalogue: Catalogue) -> Document:
    """The graph without the values that say only the default."""

    def strip(node: Node, signature: Signature, _: Set[str]) -> Node:
        kept = {
            name: value
            for name, value in node.params.items()
            if name not in signature.parameters or not all(_is_default(knob, value) for knob in signature.set_by(name))
        }
        return node.model_copy(update={"params": kept})

    return _each(document, "", catalogue, signatures(document, catalogue), strip)


def _each(level: L, path: str, catalogue: Catalogue, known: dict[str, Signature | None], change: Change) -> L:
    """A level with its nodes changed, those in subgraphs too; what another version has saved stays as it is."""
    fed: dict[str, set[str]] = _fed(level) if isinstance(level, Subgraph) else {}
    nodes = {}
    for name, node in level.nodes.items():
        place = join(path, name)
        record, signature = catalogue.find(node.type), known[place]
        inner = node.graph and _each(node.graph, place, catalogue, known, change)
        current = node.graph is not None or (record is not None and record.version == node.version)
        changed = change(node, signature, fed.get(name, set())) if current and signature is not None else node
        nodes[name] = changed.model_copy(update={"graph": inner})
    return level.model_copy(update={"nodes": nodes})


def _fed(graph: Subgraph) -> dict[str, set[str]]:
    """What the inputs of a subgraph feed, by inner node."""
    fed: dict[str, set[str]] = {}
    for targets in graph.inputs.values():
        for reference in map(parse_reference, targets):
            if reference is not None and reference.port is not None:
                fed.setdefault(reference.node, set()).add(reference.port)
    return fed


def _agree(knobs: tuple[Parameter, ...]) -> bool:
    """Whether one value can stand for the defaults of all these parameters."""
    return all(_is_default(knob, knobs[0].default) for knob in knobs)


def _is_default(parameter: Parameter, value: JsonValue) -> bool:
    """Type-aware: 1 and 1.0 are the same number in a float field, 1 and true are never the same."""
    if parameter.kind.problem(value) is not None or parameter.default is None:
        return value is None and parameter.default is None
    mine, default = (parameter.kind.decode(literal) for literal in (value, parameter.default))
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True) == json.dumps(parameter.default, sort_keys=True)
    return type(mine) is type(default) and mine == default
