"""Defaults: written out in what a result carries, left out of what a person saves."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeVar

from pydantic import JsonValue

from graphs.catalogue.catalogue import Catalogue
from graphs.declaration.records import NodeType, Parameter
from graphs.document.model import Document, Node, Subgraph

L = TypeVar("L", Document, Subgraph)


def with_defaults(level: L, catalogue: Catalogue) -> L:
    """The graph with every parameter and node version written out, so that it means the same for ever."""

    def fill(node: Node, record: NodeType) -> Node:
        free = [p for p in record.parameters if p.name not in node.params and p.name not in node.inputs]
        params = {**node.params, **{parameter.name: parameter.default for parameter in free}}
        return node.model_copy(update={"params": params, "version": record.version})

    return _each(level, catalogue, fill)


def without_defaults(level: L, catalogue: Catalogue) -> L:
    """The graph without the values that say only the default."""

    def strip(node: Node, record: NodeType) -> Node:
        known = {parameter.name: parameter for parameter in record.parameters}
        kept = {
            name: value
            for name, value in node.params.items()
            if name not in known or not _is_default(known[name], value)
        }
        return node.model_copy(update={"params": kept})

    return _each(level, catalogue, strip)


def _each(level: L, catalogue: Catalogue, change: Callable[[Node, NodeType], Node]) -> L:
    nodes = {}
    for name, node in level.nodes.items():
        record = catalogue.find(node.type)
        if node.graph is not None:
            nodes[name] = node.model_copy(update={"graph": _each(node.graph, catalogue, change)})
        else:
            nodes[name] = change(node, record) if record else node
    return level.model_copy(update={"nodes": nodes})


def _is_default(parameter: Parameter, value: JsonValue) -> bool:
    """Type-aware: 1 and 1.0 are the same number in a float field, 1 and true are never the same."""
    if parameter.kind.problem(value) is not None or parameter.default is None:
        return value is None and parameter.default is None
    mine, default = (parameter.kind.decode(literal) for literal in (value, parameter.default))
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True) == json.dumps(parameter.default, sort_keys=True)
    return type(mine) is type(default) and mine == default
