"""Nodes deleted so that the wires through them stay, as a bypass would lead them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from graphs.catalogue.catalogue import Catalogue
from graphs.document.composing.rewiring import chosen_nodes, node_of, texts_of
from graphs.document.model import Document, Level, Node, Subgraph, Wires, join
from graphs.document.operations import Batch, Interface, Operation, Remove, Wire, level_at
from graphs.naming import parse_reference
from graphs.signatures import Signature, signatures
from graphs.switching import passed, ports_in_order


class Entrance(NamedTuple):
    """What comes into a subgraph under a name."""

    name: str


def dissolve(document: Document, at: str, ids: Iterable[str], catalogue: Catalogue) -> Batch:
    """Delete nodes and wire what needed them to what they were given, where its type fits; else the wire goes, too.

    `InputError` where a node is not there.
    """
    level = level_at(document, at)
    ways = _Ways(level, at, chosen_nodes(level, at, ids), signatures(document, catalogue))
    operations: list[Operation] = [Remove(at=at, id=name) for name in ways.chosen]
    for name, node in level.nodes.items():
        for port, sources in node.inputs.items() if name not in ways.chosen else ():
            if any(node_of(text) in ways.chosen for text in texts_of(sources)):
                led = ways.led(f"{name}.{port}", sources)
                operations.append(Wire(at=at, id=name, port=port, sources=led))
    if isinstance(level, Subgraph):
        operations += ways.interface(level)
    return Batch(operations=tuple(operations))


@dataclass
class _Ways:
    """Where the wires of a level come from once the chosen nodes are gone."""

    level: Level
    at: str
    chosen: Mapping[str, Node]
    known: Mapping[str, Signature | None]
    entered: dict[str, list[str]] = field(default_factory=dict)
    """The ports that an input of the level is to feed besides, as they are found."""

    def led(self, target: str, sources: Wires) -> Wires | None:
        """The wires of a port; one that comes into the level becomes a target of its input, if it is the only one."""
        found = [origin for text in texts_of(sources) if (origin := self.origin(text)) is not None]
        texts = tuple(origin for origin in found if isinstance(origin, str))
        if not texts and len(found) == 1 and isinstance(found[0], Entrance):
            self.entered.setdefault(found[0].name, []).append(target)
        return texts[0] if isinstance(sources, str) and texts else texts or None

    def interface(self, level: Subgraph) -> Iterable[Operation]:
        """What the level's inputs feed and its outputs give then."""
        for name, targets in self.entered.items():
            kept = (target for target in level.inputs[name] if node_of(target) not in self.chosen)
            value = tuple(dict.fromkeys([*kept, *targets]))
            yield Interface(at=self.at, side="inputs", name=name, value=value)
        for name, text in level.outputs.items():
            origin = self.origin(text)
            if node_of(text) in self.chosen and isinstance(origin, str):
                yield Interface(at=self.at, side="outputs", name=name, value=origin)

    def origin(self, text: str) -> str | Entrance | None:
        """What a wire brings; None where a node on its way has nothing that fits."""
        seen: set[str] = set()
        here: str | Entrance | None = text
        while isinstance(here, str) and node_of(here) in self.chosen:
            if here in seen:
                return None
            seen.add(here)
            here = self._following(here)
        return here

    def _following(self, text: str) -> str | Entrance | None:
        reference = parse_reference(text)
        signature = self.known.get(join(self.at, node_of(text)))
        output = signature.output(reference) if signature and reference else None
        if reference is None or signature is None or output is None:
            return None
        node = self.chosen[reference.node]
        ports = ports_in_order(signature, named=node.graph is not None)
        return passed(output, ports, self._wires(node, reference.node), self._types)

    def _wires(self, node: Node, name: str) -> dict[str, list[str | Entrance]]:
        """What comes into each port of a node: from outside the level first, then what is wired to it."""
        found: dict[str, list[str | Entrance]] = {}
        for key, targets in self.level.inputs.items() if isinstance(self.level, Subgraph) else ():
            for reference in map(parse_reference, targets):
                if reference is not None and reference.node == name and reference.port is not None:
                    found.setdefault(reference.port, []).append(Entrance(key))
        for port, text in node.wires():
            if node_of(text) in self.level.nodes:
                found.setdefault(port, []).append(text)
        return found

    def _types(self, wire: str | Entrance) -> tuple[str, ...] | None:
        if isinstance(wire, Entrance):
            around = self.known.get(self.at)
            port = around.inputs.get(wire.name) if around else None
        else:
            reference = parse_reference(wire)
            signature = self.known.get(join(self.at, node_of(wire)))
            port = signature.output(reference) if signature and reference else None
        return port.types if port else None
