"""What each node of a document takes and gives; a subgraph's ports follow from what is inside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from graphs.catalogue.catalogue import Catalogue
from graphs.declaration.records import Parameter, Port
from graphs.document.model import Document, Subgraph, join, walk
from graphs.naming import Reference, parse_reference


@dataclass(frozen=True)
class Signature:
    """A node's input ports, parameters and output ports by name."""

    inputs: Mapping[str, Port]
    parameters: Mapping[str, Parameter]
    outputs: Mapping[str, Port]
    shared: Mapping[str, tuple[Parameter, ...]] = field(default_factory=dict)
    """Of a subgraph, by the name that sets them: all the inner parameters."""

    def set_by(self, name: str) -> tuple[Parameter, ...]:
        """Every parameter that a value or a wire of that name sets."""
        own = (self.parameters[name],) if name in self.parameters else ()
        return self.shared.get(name, own)

    def output(self, reference: Reference) -> Port | None:
        """The port that a reference to this node means; None where it means none, or one of several."""
        if reference.port is not None:
            return self.outputs.get(reference.port)
        return self.only_output

    @cached_property
    def only_output(self) -> Port | None:
        """The output of a node that has one."""
        return next(iter(self.outputs.values())) if len(self.outputs) == 1 else None

    @cached_property
    def required(self) -> tuple[Port, ...]:
        """The input ports that need a wire."""
        return tuple(port for port in self.inputs.values() if not port.optional)


def signatures(document: Document, catalogue: Catalogue) -> dict[str, Signature | None]:
    """The signature of every node by its path, nodes of one type share it; None where the type is unknown."""
    known: dict[str, Signature | None] = {}
    levels = list(walk(document))
    types = {node.type for _, level in levels for node in level.nodes.values()}
    of_type = {name: signature_of(name, catalogue) for name in types}
    for path, level in sorted(levels, key=lambda entry: -len(entry[0].split("/")) if entry[0] else 0):
        lead = join(path, "")
        for name, node in level.nodes.items():
            place = lead + name
            known[place] = of_type[node.type] if node.graph is None else _of_graph(node.graph, place, known)
    return known


def signature_of(name: str, catalogue: Catalogue) -> Signature | None:
    """What nodes of a type take and give; None where the type is unknown."""
    record = catalogue.find(name)
    if record is None:
        return None
    return Signature(
        {port.name: port for port in record.inputs},
        {parameter.name: parameter for parameter in record.parameters},
        {port.name: port for port in record.outputs},
    )


def _of_graph(graph: Subgraph, place: str, known: Mapping[str, Signature | None]) -> Signature:
    """The interface of a subgraph; a port that cannot be understood has no types, and its fault is told elsewhere."""
    inputs: dict[str, Port] = {}
    parameters: dict[str, Parameter] = {}
    shared: dict[str, tuple[Parameter, ...]] = {}
    for name, targets in graph.inputs.items():
        inner = [found for target in targets if (found := _target(target, place, graph, known))]
        places = [_port(signature, port, off=off) for signature, port, off in inner if port in signature.inputs]
        knobs = [knob for signature, port, _ in inner for knob in signature.set_by(port)]
        shared[name] = tuple(knob.model_copy(update={"name": name, "also": ()}) for knob in knobs)
        if places:
            types = tuple(kind for kind in places[0].types if all(kind in port.types for port in places))
            many, optional = all(port.many for port in places), all(port.optional for port in places)
            inputs[name] = Port(name=name, types=types, many=many, optional=optional and not knobs)
        elif knobs:
            parameters[name] = shared[name][0]
    outputs = {}
    for name, text in graph.outputs.items():
        reference = parse_reference(text)
        source = known.get(join(place, reference.node)) if reference else None
        port = source.output(reference) if source and reference else None
        outputs[name] = port.model_copy(update={"name": name}) if port else Port(name=name, types=())
    return Signature(inputs, parameters, outputs, shared)


def _target(
    text: str, place: str, graph: Subgraph, known: Mapping[str, Signature | None]
) -> tuple[Signature, str, bool] | None:
    """The inner node that a subgraph's input feeds, at which port or parameter, and whether it is switched off."""
    reference = parse_reference(text)
    inner = known.get(join(place, reference.node)) if reference else None
    if inner is None or reference is None or reference.port is None:
        return None
    return inner, reference.port, graph.nodes[reference.node].mode is not None


def _port(signature: Signature, name: str, *, off: bool) -> Port:
    """An inner port; one of a node that is switched off needs no wire."""
    port = signature.inputs[name]
    return port.model_copy(update={"optional": True}) if off and not port.optional else port
