"""Faults of the wires: names that mean nothing, and outputs that do not fit where they are led."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

from graphs.catalogue.catalogue import Catalogue
from graphs.declaration.records import Parameter, Port
from graphs.document.model import Level, Node, join
from graphs.faults import Code, Fault, brief
from graphs.naming import MOST_COMPARED, Reference, listing, parse_reference, suggestion
from graphs.signatures import Signature

Known = Mapping[str, Signature | None]


def why_not(source: Port, target: Port | Parameter, catalogue: Catalogue) -> str | None:
    """Why an output does not fit a port or a parameter, as to a person; None where it fits."""
    if isinstance(target, Parameter):
        known = [catalogue.values.get(name) for name in source.types]
        if all(value is not None and target.kind.kind in value.feeds for value in known):
            return None
        wanted = f"a {target.kind.kind} to set it"
    elif set(source.types) <= set(target.types) or not target.types:
        return None
    else:
        wanted = catalogue.meaning(target.types)
    return f"'{target.name}' takes {wanted}, and this wire brings {catalogue.meaning(source.types)}"


def wire_faults(
    place: str, node: Node, signature: Signature, level: Level, known: Known, catalogue: Catalogue
) -> Iterator[Fault]:
    """Every fault in `inputs` of one node."""
    for name, sources in node.inputs.items():
        target = signature.inputs.get(name) or signature.parameters.get(name)
        if target is None:
            yield _unknown_input(place, name, signature)
            continue
        if not isinstance(sources, str) and not (isinstance(target, Port) and target.many):
            message, mend = f"'{name}' takes one wire", "give one reference, not a list"
            yield Fault(
                code=Code.TOO_MANY_WIRES, node=place, port=name, message=message, given=brief(list(sources)), mend=mend
            )
        fed: list[Port | Parameter] = [*([target] if isinstance(target, Port) else []), *signature.set_by(name)]
        for text in (sources,) if isinstance(sources, str) else sources:
            yield from _reference_faults(place, name, text, fed, level, known, catalogue)


def missing_faults(place: str, signature: Signature, wired: set[str], level: Level, known: Known) -> Iterator[Fault]:
    """The input ports that need a wire and have none."""
    for port in signature.inputs.values():
        if port.optional or port.name in wired:
            continue
        path = place.rpartition("/")[0]
        fitting = [
            name
            for name in itertools.islice(level.nodes, MOST_COMPARED)
            if (other := known.get(join(path, name)))
            and join(path, name) != place
            and any(set(output.types) <= set(port.types) for output in other.outputs.values())
        ]
        mend = (
            f"wire {' or '.join(fitting[:3])} to it" if fitting else f"add a node that gives {' or '.join(port.types)}"
        )
        message = f"'{port.name}' has no wire and needs one"
        yield Fault(
            code=Code.MISSING_INPUT,
            node=place,
            port=port.name,
            message=message,
            allowed=" or ".join(port.types),
            mend=mend,
        )


def _unknown_input(place: str, name: str, signature: Signature) -> Fault:
    names = [*signature.inputs, *signature.parameters]
    message = f"there is no input '{name}'"
    allowed, mend = listing(names), suggestion(name, names)
    return Fault(code=Code.UNKNOWN_INPUT, node=place, port=name, message=message, allowed=allowed, mend=mend)


def _reference_faults(
    place: str, name: str, text: str, fed: list[Port | Parameter], level: Level, known: Known, catalogue: Catalogue
) -> Iterator[Fault]:
    path = place.rpartition("/")[0]
    found = resolve(text, path, level, known)
    if isinstance(found, Fault):
        yield found.model_copy(update={"node": place, "port": name})
        return
    if found is None:
        return
    misfit = next((target for target in fed if why_not(found, target, catalogue)), None)
    if misfit is not None:
        reason = why_not(found, misfit, catalogue)
        offers = catalogue.conversions(found.types, misfit.types) if isinstance(misfit, Port) else ()
        mend = f"put {' or '.join(offers)} between" if offers else "wire another output"
        yield Fault(
            code=Code.WRONG_TYPE, node=place, port=name, message=reason, given=f'"{text}"', mend=mend, offers=offers
        )


def resolve(text: str, path: str, level: Level, known: Known) -> Port | Fault | None:
    """The output that a reference means at a level, or its fault; None where the node's type is not known."""
    reference = parse_reference(text)
    if reference is None:
        if "/" in text:
            message, mend = (
                "a wire cannot cross the border of a subgraph",
                "lead it through the subgraph's inputs and outputs",
            )
            return Fault(code=Code.OUTWARD_REFERENCE, message=message, given=f'"{text}"', mend=mend)
        allowed = '"node" or "node.port"'
        return Fault(code=Code.BAD_REFERENCE, message="this is no reference", given=brief(text), allowed=allowed)
    if reference.node not in level.nodes:
        return _unknown_node(reference, path, level, known)
    signature = known[join(path, reference.node)]
    if signature is None:
        return None
    port = signature.output(reference)
    return port if port is not None else _unknown_output(reference, signature)


def _unknown_node(reference: Reference, path: str, level: Level, known: Known) -> Fault:
    above = path.rpartition("/")[0]
    given = f'"{reference}"'
    if path and join(above, reference.node) in known:
        message = f"'{reference.node}' lies outside this subgraph"
        mend = "lead it through the subgraph's inputs"
        return Fault(code=Code.OUTWARD_REFERENCE, message=message, given=given, mend=mend)
    message = f"there is no node '{reference.node}'"
    mend, allowed = suggestion(reference.node, level.nodes), listing(level.nodes)
    return Fault(code=Code.UNKNOWN_NODE, message=message, given=given, allowed=allowed, mend=mend)


def _unknown_output(reference: Reference, signature: Signature) -> Fault:
    name, given, outputs = reference.node, f'"{reference}"', listing(signature.outputs)
    if not signature.outputs:
        return Fault(
            code=Code.NO_OUTPUT, message=f"'{name}' has no output", given=given, mend="give the subgraph an output"
        )
    if reference.port is None:
        message, mend = f"'{name}' has several outputs", f'name one, as "{name}.{next(iter(signature.outputs))}"'
        return Fault(code=Code.SEVERAL_OUTPUTS, message=message, given=given, allowed=outputs, mend=mend)
    message, mend = f"'{name}' has no output '{reference.port}'", suggestion(reference.port, signature.outputs)
    return Fault(code=Code.UNKNOWN_OUTPUT, message=message, given=given, allowed=outputs, mend=mend)
