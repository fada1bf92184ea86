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


class Scope:
    """What references mean at a level, each found once, however many wires say it."""

    def __init__(self, path: str, level: Level, known: Known) -> None:
        self.path, self.level, self.known = path, level, known
        self._outputs: dict[str, Port | Fault | None] = {}
        self._givers: dict[tuple[str, ...], list[str]] = {}

    def output(self, text: str) -> Port | Fault | None:
        """The output that a reference means, or its fault; None where the node's type is not known."""
        if text not in self._outputs:
            self._outputs[text] = _resolve(text, self)
        return self._outputs[text]

    def givers(self, types: tuple[str, ...]) -> list[str]:
        """Up to four nodes, of those that are looked at, that give what a port of these types takes."""
        if types not in self._givers:
            names = itertools.islice(self.level.nodes, MOST_COMPARED)
            giving = (name for name in names if _gives(self.known[join(self.path, name)], types))
            self._givers[types] = list(itertools.islice(giving, 4))
        return self._givers[types]


def _gives(signature: Signature | None, types: tuple[str, ...]) -> bool:
    return signature is not None and any(set(port.types) <= set(types) for port in signature.outputs.values())


def why_not(source: Port, target: Port | Parameter, catalogue: Catalogue) -> str | None:
    """Why an output does not fit a port or a parameter, as to a person; None where it fits."""
    if isinstance(target, Port):
        if set(source.types) <= set(target.types) | gathered_by(target, catalogue) or not target.types:
            return None
        wanted = catalogue.meaning(target.types)
    else:
        known = [catalogue.values.get(name) for name in source.types]
        if all(value is not None and target.kind.kind in value.feeds for value in known):
            return None
        wanted = f"a {target.kind.kind} to set it"
    return f"'{target.name}' takes {wanted}, and this wire brings {catalogue.meaning(source.types)}"


def gathered_by(port: Port, catalogue: Catalogue) -> set[str]:
    """The types whose cells a port gathers into one value; a single one is a sweep of one cell."""
    values = [catalogue.values[name] for name in port.types if name in catalogue.values]
    return {name for value in values for name in value.gathers}


def wire_faults(place: str, node: Node, signature: Signature, scope: Scope, catalogue: Catalogue) -> Iterator[Fault]:
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
            fault = _wire_fault(text, fed, signature, scope, catalogue)
            if fault is not None:
                yield fault.model_copy(update={"node": place, "port": name})


def missing_fault(name: str, port: Port, scope: Scope) -> Fault:
    """The fault of a node's input port that needs a wire and has none."""
    fitting = [other for other in scope.givers(port.types) if other != name][:3]
    mend = f"wire {' or '.join(fitting)} to it" if fitting else f"add a node that gives {' or '.join(port.types)}"
    return Fault(
        code=Code.MISSING_INPUT,
        node=join(scope.path, name),
        port=port.name,
        message=f"'{port.name}' has no wire and needs one",
        allowed=" or ".join(port.types),
        mend=mend,
    )


def _unknown_input(place: str, name: str, signature: Signature) -> Fault:
    names = [*signature.inputs, *signature.parameters]
    message = f"there is no input '{name}'"
    allowed, mend = listing(names), suggestion(name, names)
    return Fault(code=Code.UNKNOWN_INPUT, node=place, port=name, message=message, allowed=allowed, mend=mend)


def _wire_fault(
    text: str, fed: list[Port | Parameter], signature: Signature, scope: Scope, catalogue: Catalogue
) -> Fault | None:
    """The fault of one wire to what it feeds; the caller knows at which node and port."""
    found = scope.output(text)
    if not isinstance(found, Port):
        return found
    for target in fed:
        reason = why_not(found, target, catalogue)
        if reason is not None:
            offers = catalogue.conversions(found.types, target.types) if isinstance(target, Port) else ()
            instead = [port.name for port in signature.inputs.values() if why_not(found, port, catalogue) is None]
            mend = f"put {' or '.join(offers)} between" if offers else "wire another output"
            if instead and not offers:
                mend = f"wire it to {listing(instead, 3)}, or wire another output"
            return Fault(code=Code.WRONG_TYPE, message=reason, given=f'"{text}"', mend=mend, offers=offers)
    return None


def _resolve(text: str, scope: Scope) -> Port | Fault | None:
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
    if reference.node not in scope.level.nodes:
        return _unknown_node(reference, scope)
    signature = scope.known[join(scope.path, reference.node)]
    if signature is None:
        return None
    port = signature.output(reference)
    return port if port is not None else _unknown_output(reference, signature)


def _unknown_node(reference: Reference, scope: Scope) -> Fault:
    nodes, above = scope.level.nodes, scope.path.rpartition("/")[0]
    given = f'"{reference}"'
    if scope.path and join(above, reference.node) in scope.known:
        message = f"'{reference.node}' lies outside this subgraph"
        mend = "lead it through the subgraph's inputs"
        return Fault(code=Code.OUTWARD_REFERENCE, message=message, given=given, mend=mend)
    message = f"there is no node '{reference.node}'"
    mend, allowed = suggestion(reference.node, nodes), listing(nodes)
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
