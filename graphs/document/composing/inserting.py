"""A node put into a wire that is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from graphs.catalogue.catalogue import Catalogue
from graphs.checking.wires import why_not
from graphs.declaration.records import Parameter, Port
from graphs.document.composing.rewiring import chosen_nodes, texts_of
from graphs.document.model import Document, Node, join
from graphs.document.operations import Add, Batch, Move, Operation, Wire, level_at
from graphs.errors import InputError
from graphs.naming import listing, parse_reference, suggestion
from graphs.signatures import Signature, signature_of, signatures


@dataclass(frozen=True)
class WireEnd:
    """A wire by the end that it leads to: the node, its port, and which of the port's wires it is."""

    id: str
    port: str
    index: int = 0


def insert(
    document: Document,
    at: str,
    wire: WireEnd,
    type_name: str,
    name: str,
    place: Mapping[str, JsonValue],
    catalogue: Catalogue,
) -> Batch:
    """Add a node of a type under a free name and lead a wire through it: by its first input and output that fit.

    `InputError` where there is no such wire or type, or where no two of its ports fit.
    """
    level = level_at(document, at)
    holder = chosen_nodes(level, at, [wire.id])[wire.id]
    sources = holder.inputs.get(wire.port, ())
    texts = texts_of(sources)
    if not 0 <= wire.index < len(texts):
        raise InputError("there is no such wire", where=f"{join(at, wire.id)}.{wire.port}", given=str(wire.index))
    signature = signature_of(type_name, catalogue)
    if signature is None:
        mend = suggestion(type_name, catalogue.nodes)
        raise InputError(f"there is no node type '{type_name}'", where=join(at, name), mend=mend)
    entrance, leaving = _ports(document, at, wire, texts[wire.index], type_name, signature, catalogue)
    reference = name if signature.only_output is not None else f"{name}.{leaving}"
    led = (*texts[: wire.index], reference, *texts[wire.index + 1 :])
    many = signature.inputs[entrance].many
    node = Node(type=type_name, inputs={entrance: (texts[wire.index],) if many else texts[wire.index]})
    record = catalogue.find(type_name)
    if record is not None:
        node = node.model_copy(update={"type": record.id, "version": record.version})
    operations: list[Operation] = [
        Add(at=at, id=name, node=node),
        Wire(at=at, id=wire.id, port=wire.port, sources=reference if isinstance(sources, str) else led),
        Move(at=at, places={name: place}),
    ]
    return Batch(operations=tuple(operations))


def _ports(
    document: Document, at: str, wire: WireEnd, text: str, type_name: str, between: Signature, catalogue: Catalogue
) -> tuple[str, str]:
    """The first input that takes what the wire brings and the first output that fits where it leads."""
    known = signatures(document, catalogue)
    source = _output(known, at, text)
    holder = known[join(at, wire.id)]
    fed = _fed(holder, wire.port) if holder is not None else []
    where, given = f"{join(at, wire.id)}.{wire.port}", f'"{text}"'
    if source is None or not fed:
        raise InputError("nobody knows what this wire brings", where=where, given=given, mend="mend the wire first")
    entrances = [port.name for port in between.inputs.values() if why_not(source, port, catalogue) is None]
    if not entrances:
        allowed = listing([f"{port.name} ({' or '.join(port.types)})" for port in between.inputs.values()])
        message = f"no input of {type_name} takes {catalogue.meaning(source.types)}"
        raise InputError(message, where=where, given=given, allowed=allowed, mend="choose a node that does")
    leaving = [
        port.name
        for port in between.outputs.values()
        if all(why_not(port, target, catalogue) is None for target in fed)
    ]
    if not leaving:
        allowed = " or ".join(name for target in fed if isinstance(target, Port) for name in target.types)
        message = f"no output of {type_name} fits '{wire.port}'"
        raise InputError(message, where=where, given=given, allowed=allowed, mend="choose a node that gives that")
    return entrances[0], leaving[0]


def _output(known: Mapping[str, Signature | None], at: str, text: str) -> Port | None:
    reference = parse_reference(text)
    signature = known.get(join(at, reference.node)) if reference else None
    return signature.output(reference) if signature and reference else None


def _fed(signature: Signature, name: str) -> list[Port | Parameter]:
    """Everything that a wire to that name must fit."""
    port = signature.inputs.get(name)
    return [*([port] if port is not None else []), *signature.set_by(name)]
