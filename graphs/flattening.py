"""A document with its subgraphs opened: nodes by path, and for every wire the node it really comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from pydantic import JsonValue

from graphs.document.model import Document, Level, Mode, Node, join
from graphs.naming import parse_reference

T = TypeVar("T")
Source: TypeAlias = tuple[str, str | None]
"""The path of a node and its output; None stands for its only one."""

MOST_NODES = 100_000
"""Nodes of a graph, subgraphs opened, at the most."""


@dataclass(slots=True)
class FlatNode:
    """A node that is no subgraph, or a bypassed one: its parameters, and the sources of each wired port.

    `mode` is how it is switched off; what lies in a muted subgraph is muted.
    """

    node: Node
    params: Mapping[str, JsonValue] = field(default_factory=dict)
    sources: dict[str, list[Source]] = field(default_factory=dict)
    mode: Mode | None = None


Flat: TypeAlias = dict[str, FlatNode]
"""Nodes by path."""


@dataclass
class _Opening:
    """A level to open: what its subgraph's inputs bring in from outside, by inner node and port."""

    path: str
    level: Level
    sources: dict[str, dict[str, list[Source]]] = field(default_factory=dict)
    params: dict[str, dict[str, JsonValue]] = field(default_factory=dict)
    mode: Mode | None = None


def flatten(document: Document) -> Flat:
    """Every node that is no subgraph, by path; a bypassed subgraph stays closed.

    What cannot be resolved is left out; the check says so elsewhere.
    """
    flat: Flat = {}
    waiting = [_Opening("", document)]
    while waiting:
        opening = waiting.pop()
        lead, meanings = join(opening.path, ""), _Meanings(opening.path, opening.level)
        for name, node in opening.level.nodes.items():
            place = lead + name
            sources = _sources(node, opening.sources.get(name, {}), meanings)
            params = {**node.params, **opening.params[name]} if name in opening.params else node.params
            mode = opening.mode or node.mode
            if node.graph is None or node.mode == "bypass":
                flat[place] = FlatNode(node, params, sources, mode)
                continue
            named = {key: _with_axis(value, f"{place}.{key}") for key, value in params.items()}
            targets = node.graph.inputs
            inner = _by_target(sources, targets), _by_target(named, targets)
            waiting.append(_Opening(place, node.graph, *inner, mode))
    return flat


class _Meanings(dict[str, Source | None]):
    """The node that each reference at a level really means, found once; None where it means none."""

    def __init__(self, path: str, level: Level) -> None:
        super().__init__()
        self.path, self.level = path, level

    def __missing__(self, text: str) -> Source | None:
        meaning = self[text] = _resolve(text, self.path, self.level)
        return meaning


def _sources(node: Node, brought: Mapping[str, list[Source]], meanings: _Meanings) -> dict[str, list[Source]]:
    """The sources of each port: those that come in from outside the level, then those that the node's wires mean."""
    sources = {port: list(found) for port, found in brought.items()}
    for port, wires in node.inputs.items():
        texts = (wires,) if isinstance(wires, str) else wires
        if texts:
            own = [source for text in texts if (source := meanings[text])]
            sources[port] = sources[port] + own if port in sources else own
    return sources


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


def _resolve(text: str, path: str, level: Level) -> Source | None:
    """The node that a reference at a level really means: outputs of subgraphs are followed inward."""
    reference = parse_reference(text)
    while reference is not None and (node := level.nodes.get(reference.node)) is not None:
        place, graph = join(path, reference.node), node.graph
        if graph is None or node.mode == "bypass":
            return place, reference.port
        outputs = graph.outputs
        name = reference.port if reference.port is not None else next(iter(outputs)) if len(outputs) == 1 else None
        if name is None or name not in outputs:
            return None
        path, level, reference = place, graph, parse_reference(outputs[name])
    return None
