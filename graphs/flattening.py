"""A document with its subgraphs opened: nodes by path, and for every wire the node it really comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from pydantic import JsonValue

from graphs.document.model import Document, Level, Node, join
from graphs.naming import parse_reference

MOST_NODES = 100_000
"""Nodes of a graph, subgraphs opened, at the most."""


@dataclass
class FlatNode:
    """A node that is no subgraph: its parameters, and the sources of each wired port as (path, output or None)."""

    node: Node
    params: dict[str, JsonValue] = field(default_factory=dict)
    sources: dict[str, list[tuple[str, str | None]]] = field(default_factory=dict)


Flat: TypeAlias = dict[str, FlatNode]
"""Nodes by path."""


def flatten(document: Document) -> Flat:
    """Every node that is no subgraph, by path. What cannot be resolved is left out; the check says so elsewhere."""
    flat: Flat = {}
    waiting: list[tuple[str, Level, dict[str, list[tuple[str, str | None]]], dict[str, JsonValue]]] = [
        ("", document, {}, {})
    ]
    while waiting:
        path, level, fed, given = waiting.pop()
        for name, node in level.nodes.items():
            place = join(path, name)
            sources = {port: list(found) for key, found in fed.items() if (port := _port_of(key, name))}
            params = {port: value for key, value in given.items() if (port := _port_of(key, name))}
            for port, text in node.wires():
                sources.setdefault(port, []).extend(_source(text, path, level))
            params = {**node.params, **params}
            if node.graph is None:
                flat[place] = FlatNode(node, params, sources)
                continue
            inner_fed = {
                t: sources[key] for key, targets in node.graph.inputs.items() if key in sources for t in targets
            }
            inner_given = {
                t: params[key] for key, targets in node.graph.inputs.items() if key in params for t in targets
            }
            waiting.append((place, node.graph, inner_fed, inner_given))
    return flat


def _port_of(target: str, name: str) -> str | None:
    node, _, port = target.partition(".")
    return port if node == name and port else None


def _source(text: str, path: str, level: Level) -> list[tuple[str, str | None]]:
    """The node that a reference at a level really means: outputs of subgraphs are followed inward."""
    reference = parse_reference(text)
    while reference is not None and reference.node in level.nodes:
        place, graph = join(path, reference.node), level.nodes[reference.node].graph
        if graph is None:
            return [(place, reference.port)]
        outputs = graph.outputs
        name = reference.port if reference.port is not None else next(iter(outputs)) if len(outputs) == 1 else None
        if name is None or name not in outputs:
            return []
        path, level, reference = place, graph, parse_reference(outputs[name])
    return []
