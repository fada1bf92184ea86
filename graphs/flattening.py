"""A document with its subgraphs opened: nodes by path, and for every wire the node it really comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from pydantic import JsonValue

from graphs.document.model import Document, Level, Node, join
from graphs.naming import parse_reference

T = TypeVar("T")
Source: TypeAlias = tuple[str, str | None]
"""The path of a node and its output; None stands for its only one."""

MOST_NODES = 100_000
"""Nodes of a graph, subgraphs opened, at the most."""


@dataclass
class FlatNode:
    """A node that is no subgraph: its parameters, and the sources of each wired port."""

    node: Node
    params: dict[str, JsonValue] = field(default_factory=dict)
    sources: dict[str, list[Source]] = field(default_factory=dict)


Flat: TypeAlias = dict[str, FlatNode]
"""Nodes by path."""


@dataclass
class _Opening:
    """A level to open: what its subgraph's inputs bring in from outside, by inner node and port."""

    path: str
    level: Level
    sources: dict[str, dict[str, list[Source]]] = field(default_factory=dict)
    params: dict[str, dict[str, JsonValue]] = field(default_factory=dict)


def flatten(document: Document) -> Flat:
    """Every node that is no subgraph, by path. What cannot be resolved is left out; the check says so elsewhere."""
    flat: Flat = {}
    waiting = [_Opening("", document)]
    while waiting:
        opening = waiting.pop()
        for name, node in opening.level.nodes.items():
            place = join(opening.path, name)
            sources = {port: list(found) for port, found in opening.sources.get(name, {}).items()}
            for port, text in node.wires():
                sources.setdefault(port, []).extend(_resolve(text, opening.path, opening.level))
            params = {**node.params, **opening.params.get(name, {})}
            if node.graph is None:
                flat[place] = FlatNode(node, params, sources)
                continue
            named = {key: _with_axis(value, f"{place}.{key}") for key, value in params.items()}
            targets = node.graph.inputs
            waiting.append(_Opening(place, node.graph, _by_target(sources, targets), _by_target(named, targets)))
    return flat


def _by_target(given: Mapping[str, T], targets: Mapping[str, tuple[str, ...]]) -> dict[str, dict[str, T]]:
    """What comes to a subgraph's inputs, by the inner nodes and ports that they feed."""
    inner: dict[str, dict[str, T]] = {}
    for name, value in given.items():
        for target in targets.get(name, ()):
            node, _, port = target.partition(".")
            if port:
                inner.setdefault(node, {})[port] = value
    return inner


def _with_axis(literal: JsonValue, axis: str) -> JsonValue:
    """A sweep that enters a subgraph keeps one axis, however many inner parameters it sets."""
    return {"axis": axis, **literal} if isinstance(literal, dict) and "sweep" in literal else literal


def _resolve(text: str, path: str, level: Level) -> list[Source]:
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
