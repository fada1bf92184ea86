"""A subgraph node dissolved into the level around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from graphs.document.composing.decorating import decorations
from graphs.document.composing.fresh import named_at, numbered
from graphs.document.composing.rewiring import (
    chosen_nodes,
    feeding,
    leading_on,
    moved,
    node_of,
    rewired,
    texts_of,
    with_axes,
    with_axis,
)
from graphs.document.model import Document, Level, Node, Subgraph, View, Wires, join
from graphs.document.operations import Add, Batch, Move, Operation, Remove, level_at
from graphs.errors import InputError
from graphs.naming import parse_reference


def unpack(document: Document, at: str, name: str) -> Batch:
    """Put the nodes of a subgraph in place of its node; ids that are taken get a number. All keys stay as they are.

    Values that are set on the subgraph go to the nodes that they set, its canvas comes along. A muted one gives muted
    nodes. `InputError` where there is no subgraph, or a bypassed one, which stands for none of its nodes.
    """
    level = level_at(document, at)
    node = chosen_nodes(level, at, [name])[name]
    if node.graph is None:
        raise InputError("this is no subgraph", where=join(at, name), mend="select a subgraph")
    if node.mode == "bypass":
        raise InputError("a bypassed subgraph cannot be unpacked", where=join(at, name), mend="switch it on first")
    opened = _Opened(level, at, name, node, node.graph)
    operations: list[Operation] = [Remove(at=at, id=name)]
    operations += (Add(at=at, id=opened.names[key], node=opened.node(key)) for key in node.graph.nodes)
    operations += leading_on(level, at, {name}, opened.outward)
    operations += feeding(level, at, {name}, opened.fed)
    operations += _canvas(level.view or View(), at, name, opened)
    return Batch(operations=tuple(operations))


@dataclass
class _Opened:
    """What becomes of the inside of a subgraph when its border is taken away."""

    level: Level
    at: str
    name: str
    around: Node
    graph: Subgraph
    names: dict[str, str] = field(default_factory=dict)
    """The ids of the inner nodes outside."""
    brought: dict[str, dict[str, Wires]] = field(default_factory=dict)
    """What came in through the border, by inner node and port."""
    values: dict[str, dict[str, JsonValue]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        others = self.level.model_copy(update={"nodes": {k: v for k, v in self.level.nodes.items() if k != self.name}})
        taken = named_at(others) - {self.name}
        for key in self.graph.nodes:
            self.names[key] = numbered(key, {*taken, *(self.graph.nodes.keys() - {key}), *self.names.values()})
        for key, targets in self.graph.inputs.items():
            for node, port in self._ports(targets):
                if (sources := self.around.inputs.get(key)) and (led := rewired(sources, self.outward)):
                    self.brought.setdefault(node, {})[port] = led
                if key in self.around.params:
                    axis = f"{join(self.at, self.name)}.{key}"
                    self.values.setdefault(node, {})[port] = with_axis(self.around.params[key], axis)

    def node(self, key: str) -> Node:
        """An inner node as it is outside."""
        node = with_axes(self.graph.nodes[key], join(join(self.at, self.name), key))
        led_inside = {port: rewired(sources, self.inward) for port, sources in node.inputs.items()}
        inputs: dict[str, Wires] = {port: led for port, led in led_inside.items() if led is not None}
        for port, led in self.brought.get(key, {}).items():
            inputs[port] = (*texts_of(led), *texts_of(inputs[port])) if port in inputs else led
        params = {**node.params, **self.values.get(key, {})}
        return node.model_copy(update={"inputs": inputs, "params": params, "mode": self.around.mode or node.mode})

    def inward(self, text: str) -> Sequence[str]:
        """What a wire inside is called outside; one that led nowhere must not lead to what happens to be called so."""
        reference = parse_reference(text)
        if reference is not None and reference.node in self.names:
            return (str(reference._replace(node=self.names[reference.node])),)
        return () if node_of(text) in {*self.level.nodes, *self.names.values()} else (text,)

    def outward(self, text: str) -> Sequence[str]:
        """What a wire from the subgraph is called when it comes from the node inside."""
        reference = parse_reference(text)
        if reference is None or reference.node != self.name:
            return (text,)
        outputs = self.graph.outputs
        key = reference.port or (next(iter(outputs)) if len(outputs) == 1 else "")
        return self.inward(outputs[key]) if key in outputs and node_of(outputs[key]) in self.names else ()

    def fed(self, target: str) -> Sequence[str]:
        """What an input of the level feeds in place of an input of the subgraph."""
        reference = parse_reference(target)
        if reference is None or reference.node != self.name:
            return (target,)
        targets = self.graph.inputs.get(reference.port or "", ())
        return [f"{self.names[node]}.{port}" for node, port in self._ports(targets)]

    def _ports(self, targets: Sequence[str]) -> Iterator[tuple[str, str]]:
        for reference in map(parse_reference, targets):
            if reference is not None and reference.port is not None and reference.node in self.names:
                yield reference.node, reference.port


def _canvas(around: View, at: str, name: str, opened: _Opened) -> Iterator[Operation]:
    """The inner canvas, from where the subgraph's node stood."""
    inner, place = opened.graph.view, around.nodes.get(name, {})
    if inner is None:
        return
    x, y = (value if isinstance(value := place.get(key), (int, float)) else 0 for key in ("x", "y"))
    places = {opened.names[key]: moved(inner.nodes[key], (x, y)) for key in opened.names if key in inner.nodes}
    if places:
        yield Move(at=at, places=places)
    yield from decorations(inner, around, at, opened.names, (x, y))
