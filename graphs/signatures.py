"""What each node of a document takes and gives; a subgraph's ports follow from what is inside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graphs.catalogue.catalogue import Catalogue
from graphs.declaration.records import NodeType, Parameter, Port
from graphs.document.model import Document, Node, Subgraph, join, walk
from graphs.naming import Reference, parse_reference


@dataclass(frozen=True)
class Signature:
    """A node's input ports, parameters and output ports by name."""

    inputs: Mapping[str, Port]
    parameters: Mapping[str, Parameter]
    outputs: Mapping[str, Port]

    def output(self, reference: Reference) -> Port | None:
        """The port that a reference to this node means; None where it means none, or one of several."""
        if reference.port is not None:
            return self.outputs.get(reference.port)
        return next(iter(self.outputs.values())) if len(self.outputs) == 1 else None


def signatures(document: Document, catalogue: Catalogue) -> dict[str, Signature | None]:
    """The signature of every node by its path; None where its type is unknown."""
    known: dict[str, Signature | None] = {}
    levels = list(walk(document))
    for path, level in sorted(levels, key=lambda entry: -len(entry[0].split("/")) if entry[0] else 0):
        for name, node in level.nodes.items():
            place = join(path, name)
            known[place] = _of_graph(node.graph, place, known) if node.graph else _of_type(node, catalogue)
    return known


def _of_type(node: Node, catalogue: Catalogue) -> Signature | None:
    record: NodeType | None = catalogue.find(node.type)
    if record is None:
        return None
    return Signature(
        {port.name: port for port in record.inputs},
        {parameter.name: parameter for parameter in record.parameters},
        {port.name: port for port in record.outputs},
    )


def _of_graph(graph: Subgraph, place: str, known: Mapping[str, Signature | None]) -> Signature:
    """The interface of a subgraph as far as it can be understood; what cannot is a fault elsewhere."""
    inputs: dict[str, Port] = {}
    parameters: dict[str, Parameter] = {}
    for name, targets in graph.inputs.items():
        ports = [port for target in targets if (port := _target(target, place, known))]
        knobs = [port for port in ports if isinstance(port, Parameter)]
        places = [port for port in ports if isinstance(port, Port)]
        if places:
            types = tuple(kind for kind in places[0].types if all(kind in port.types for port in places))
            many, optional = all(port.many for port in places), all(port.optional for port in places)
            inputs[name] = Port(name=name, types=types, many=many, optional=optional and not knobs)
        elif knobs:
            parameters[name] = knobs[0].model_copy(update={"name": name, "also": ()})
    outputs = {}
    for name, text in graph.outputs.items():
        reference = parse_reference(text)
        inner = known.get(join(place, reference.node)) if reference else None
        port = inner.output(reference) if inner and reference else None
        if port is not None:
            outputs[name] = port.model_copy(update={"name": name})
    return Signature(inputs, parameters, outputs)


def _target(text: str, place: str, known: Mapping[str, Signature | None]) -> Port | Parameter | None:
    reference = parse_reference(text)
    inner = known.get(join(place, reference.node)) if reference else None
    if inner is None or reference is None or reference.port is None:
        return None
    return inner.inputs.get(reference.port) or inner.parameters.get(reference.port)
