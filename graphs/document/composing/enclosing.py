"""A subgraph from a selection: the wires that cross its border become its inputs and outputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from graphs.catalogue.catalogue import Catalogue
from graphs.document.composing.fresh import first_free, fresh_name
from graphs.document.composing.rewiring import (
    chosen_nodes,
    corner,
    feeding,
    leading_on,
    moved,
    node_of,
    rewired,
    texts_of,
    with_axes,
)
from graphs.document.model import GRAPH_TYPE, Document, Level, Node, Subgraph, View, Wires, join
from graphs.document.operations import Add, Batch, Move, Operation, Remove, level_at
from graphs.naming import Reference, parse_reference
from graphs.signatures import Signature, signatures

ONLY = "out"
"""What the only output of a node or a subgraph is called that nobody has named."""


def enclose(document: Document, at: str, ids: Iterable[str], name: str, catalogue: Catalogue) -> Batch:
    """Put nodes into a subgraph node called after `name`. The graph that runs stays the same, and so do all keys.

    A list of which some wires come from inside is led out and in again as a whole, because its order counts.
    Groups and notes stay. `InputError` where a node is not there.
    """
    level = level_at(document, at)
    chosen = chosen_nodes(level, at, ids)
    border = _Border(level, at, chosen, fresh_name(level, name or GRAPH_TYPE), signatures(document, catalogue))
    nodes = {key: _inside(node, border.led_in.get(key, {}), join(at, key)) for key, node in chosen.items()}
    places = {key: level.view.nodes[key] for key in chosen if key in level.view.nodes} if level.view is not None else {}
    x, y = corner(places.values())
    view = View(nodes={key: moved(place, (-x, -y)) for key, place in places.items()})
    graph = Subgraph(nodes=nodes, inputs=border.inputs, outputs=border.outputs(), view=view)
    operations: list[Operation] = [Remove(at=at, id=key) for key in chosen]
    operations.append(Add(at=at, id=border.name, node=Node(type=GRAPH_TYPE, graph=graph, inputs=border.wires)))
    operations += leading_on(level, at, chosen, border.outward)
    operations += feeding(level, at, chosen, border.fed)
    if places:
        operations.append(Move(at=at, places={border.name: {"x": x, "y": y}}))
    return Batch(operations=tuple(operations))


def _inside(node: Node, led_in: Mapping[str, str], place: str) -> Node:
    """A node as it lies in the subgraph, without the wires that come in through its border."""
    inputs = {port: sources for port, sources in node.inputs.items() if port not in led_in}
    return with_axes(node, place).model_copy(update={"inputs": inputs})


@dataclass
class _Border:
    """What crosses the border of a selection, under the names that it has there."""

    level: Level
    at: str
    chosen: Mapping[str, Node]
    name: str
    known: Mapping[str, Signature | None]
    inputs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    wires: dict[str, Wires] = field(default_factory=dict)
    """What is wired to each input from outside."""
    led_in: dict[str, dict[str, str]] = field(default_factory=dict)
    """The input that feeds each inner port, by node."""
    _outputs: dict[tuple[str, str | None], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._name_outputs()
        merged: dict[object, str] = {}
        for name, port, sources in self._incoming():
            shape = sources, self._shape(name, port)
            known = merged.get(shape)
            key = merged[shape] = known or first_free((port, f"{name}_{port}"), self.inputs)
            self._feed(key, name, port)
            if known is None and (outer := rewired(sources, self.outward)) is not None:
                self.wires[key] = outer
        for key, targets in self.level.inputs.items() if isinstance(self.level, Subgraph) else ():
            inner = [reference for reference in map(parse_reference, targets) if reference is not None]
            new = first_free((key, f"{key}_in"), self.inputs)
            for reference in inner:
                if reference.node in self.chosen and reference.port is not None:
                    self._feed(new, reference.node, reference.port)

    def outputs(self) -> dict[str, str]:
        """What each output of the subgraph gives."""
        return {key: self._reference(node, port) for (node, port), key in self._outputs.items()}

    def outward(self, text: str) -> tuple[str, ...]:
        """What a reference is called outside."""
        if node_of(text) not in self.chosen:
            return (text,)
        key = self._outputs[self._source(text)]
        return (self.name if len(self._outputs) == 1 else f"{self.name}.{key}",)

    def fed(self, target: str) -> tuple[str, ...]:
        """What an input of the level feeds in place of a port that lies inside now."""
        reference = parse_reference(target)
        if reference is None or reference.node not in self.chosen:
            return (target,)
        key = self.led_in.get(reference.node, {}).get(reference.port or "")
        return (f"{self.name}.{key}",) if key else ()

    def _feed(self, key: str, node: str, port: str) -> None:
        self.inputs[key] = (*self.inputs.get(key, ()), f"{node}.{port}")
        self.led_in.setdefault(node, {})[port] = key

    def _incoming(self) -> Iterator[tuple[str, str, Wires]]:
        """Every port of a chosen node that a wire from outside leads to."""
        for name, node in self.chosen.items():
            for port, sources in node.inputs.items():
                if any(node_of(text) not in self.chosen for text in texts_of(sources)):
                    yield name, port, sources

    def _shape(self, name: str, port: str) -> object:
        """What is equal for ports that one input can feed; a port that nobody knows is like no other."""
        signature = self.known[join(self.at, name)]
        if signature is not None and port in signature.inputs:
            found = signature.inputs[port]
            return found.types, found.many, found.optional
        if signature is not None and port in signature.parameters:
            return signature.parameters[port].kind.model_dump_json(), signature.parameters[port].optional
        return name, port

    def _name_outputs(self) -> None:
        found = dict.fromkeys(self._source(text) for text in self._outgoing() if node_of(text) in self.chosen)
        taken: set[str] = set()
        for node, port in found:
            plain = ONLY if len(found) == 1 else node
            wanted = (plain, f"{node}_{ONLY}") if port in (None, ONLY) else (port or ONLY, f"{node}_{port}")
            key = self._outputs[node, port] = first_free(wanted, taken)
            taken.add(key)

    def _outgoing(self) -> Iterator[str]:
        """Every reference of the level that stays outside or comes to lie there."""
        for name, node in self.level.nodes.items():
            if name not in self.chosen:
                yield from (text for _, text in node.wires())
        for _, _, sources in self._incoming():
            yield from texts_of(sources)
        if isinstance(self.level, Subgraph):
            yield from self.level.outputs.values()

    def _source(self, text: str) -> tuple[str, str | None]:
        """The output that a reference means, its port by name where it is known."""
        reference = parse_reference(text) or Reference("")
        signature = self.known.get(join(self.at, reference.node))
        port = signature.output(reference) if signature else None
        return reference.node, port.name if port else reference.port

    def _reference(self, node: str, port: str | None) -> str:
        signature = self.known.get(join(self.at, node))
        alone = signature is not None and signature.only_output is not None and signature.only_output.name == port
        return str(Reference(node, None if alone else port))
