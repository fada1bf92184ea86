"""`check`: every fault of a graph at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from graphs.catalogue.catalogue import Catalogue
from graphs.checking.abilities import ability_faults
from graphs.checking.keys import key_faults
from graphs.checking.parameters import parameter_faults
from graphs.checking.subgraphs import interface_faults
from graphs.checking.types import UnknownTypes
from graphs.checking.whole import targets, upstream, used, whole_faults
from graphs.checking.wires import Scope, missing_fault, wire_faults
from graphs.document.model import Document, Subgraph, join, walk
from graphs.errors import InputError
from graphs.faults import Fault, GraphError
from graphs.files import Places
from graphs.flattening import Flat, flatten
from graphs.naming import listing, parse_reference, suggestion
from graphs.opening import Opened
from graphs.signatures import signatures
from graphs.switching import Settled, bypass_faults, lies_in, settle, switched_off


@dataclass(frozen=True)
class Examined:
    """A graph's faults, and what finding them has worked out: its subgraphs opened, and the nodes that run.

    `resting` are nodes that do not run, each with the one that is switched off; they are not in `flat`.
    """

    faults: tuple[Fault, ...]
    flat: Flat
    targets: tuple[str, ...]
    resting: Mapping[str, str] = field(default_factory=dict)


def examine(opened: Opened, catalogue: Catalogue, only: Sequence[str] = ()) -> Examined:
    """A graph as it was opened, with the faults of bringing it up to date first. Runs nothing and imports no node.

    `only` names nodes that are wanted in place of the targets; `InputError` where there is none of that name.
    """
    examined = _examine(opened.document, catalogue, opened.files, only)
    off = switched_off(opened.document) if opened.faults else set()
    early = (fault for fault in opened.faults if not lies_in(fault.node, off))
    return replace(examined, faults=(*early, *examined.faults))


def check(document: Document, catalogue: Catalogue, files: Places) -> tuple[Fault, ...]:
    """All faults, those that stop the run before the warnings. Runs nothing and imports no node."""
    return _examine(document, catalogue, files).faults


def check_opened(opened: Opened, catalogue: Catalogue) -> tuple[Fault, ...]:
    """All faults of a graph as it was opened, those of bringing it up to date included."""
    return examine(opened, catalogue).faults


def require_sound(opened: Opened, catalogue: Catalogue, only: Sequence[str] = ()) -> Examined:
    """A graph that can run; `GraphError` with every fault that stops a run, where there is one."""
    examined = examine(opened, catalogue, only)
    errors = tuple(fault for fault in examined.faults if fault.severity == "error")
    if errors:
        raise GraphError(errors)
    return examined


def _examine(document: Document, catalogue: Catalogue, files: Places, only: Sequence[str] = ()) -> Examined:
    known = signatures(document, catalogue)
    whole = flatten(document)
    settled = settle(whole, known)
    off = switched_off(document) if settled.resting else set()
    flat, resting = settled.flat, {place: lies_in(cause, off) for place, cause in settled.resting.items()}
    wanted = _named(flat, resting, only) if only else targets(flat, catalogue, whole)
    unknown = UnknownTypes(catalogue)
    found: list[Fault] = []
    for path, level in walk(document):
        found += key_faults(path, level)
        found += _node_faults(Scope(path, level, known), unknown, catalogue, files)
    if resting:
        found = [fault for fault in found if fault.node not in resting and not lies_in(fault.node, off)]
    found += whole_faults(flat, wanted, catalogue, resting=bool(resting))
    found += ability_faults(flat, catalogue)
    found += bypass_faults(settled, known)
    judged = _judged(found, document, settled, wanted, catalogue) if found else []
    return Examined(tuple(judged), flat, tuple(wanted), resting)


def _named(flat: Flat, resting: Mapping[str, str], names: Sequence[str]) -> list[str]:
    for name in names:
        if name in resting:
            cause = resting[name]
            message = "it is switched off" if cause == name else f"it needs '{cause}', which is switched off"
            raise InputError(message, where=name, mend=f"switch '{cause}' on again")
        if name not in flat:
            inside = [place for place in flat if place.startswith(f"{name}/")]
            mend = f"it is a subgraph: name a node inside, as {inside[0]}" if inside else suggestion(name, flat)
            raise InputError(f"there is no node '{name}'", where="--only", allowed=listing(flat), mend=mend)
    return list(names)


def _node_faults(scope: Scope, unknown: UnknownTypes, catalogue: Catalogue, files: Places) -> Iterator[Fault]:
    """Every fault of the nodes of a level, in their order."""
    level, lead = scope.level, join(scope.path, "")
    fed = {target for targets in level.inputs.values() for target in targets} if isinstance(level, Subgraph) else set()
    for name, node in level.nodes.items():
        place = lead + name
        signature = scope.known[place]
        yield from key_faults(place, node)
        if signature is None:
            yield unknown.fault(place, node.type)
            continue
        if node.graph is not None:
            yield from interface_faults(place, node.graph, scope.known)
        if node.params:
            yield from parameter_faults(place, node, signature, files)
        if node.inputs:
            yield from wire_faults(place, node, signature, scope, catalogue)
        for port in signature.required:
            if node.inputs.get(port.name, ()) == () and f"{name}.{port.name}" not in fed:
                yield missing_fault(name, port, scope)


def _judged(
    found: list[Fault], document: Document, settled: Settled, wanted: list[str], catalogue: Catalogue
) -> list[Fault]:
    """The faults that stop the run before the warnings, which are about what it does not need."""
    needed = _needed(settled.flat, wanted, catalogue) | set(_wired_subgraphs(document))
    needed |= {place for (place, _), users in settled.stuck.items() if not needed.isdisjoint(users)}
    judged = [
        fault if fault.node in needed or not fault.node else fault.model_copy(update={"severity": "warning"})
        for fault in found
    ]
    return sorted(judged, key=lambda fault: fault.severity)


def _needed(flat: Flat, wanted: list[str], catalogue: Catalogue) -> set[str]:
    """The nodes whose faults stop the run: what the targets need, sinks of unknown type, and subgraphs around them.

    Where there is nothing to run, whatever is wrong may be the reason.
    """
    led_on = used(flat)
    strange = [place for place, node in flat.items() if place not in led_on and catalogue.find(node.node.type) is None]
    needed = upstream(flat, [*wanted, *strange] or list(flat))
    return needed | {path for place in needed for path in _around(place)}


def _wired_subgraphs(document: Document) -> Iterator[str]:
    """The subgraphs that something is wired to: from a broken output no wire leads inside, and yet it is needed."""
    for path, level in walk(document):
        for node in level.nodes.values():
            for _, text in node.wires():
                reference = parse_reference(text)
                if reference and reference.node in level.nodes and level.nodes[reference.node].graph is not None:
                    yield join(path, reference.node)


def _around(place: str) -> Iterator[str]:
    """The subgraphs that a node lies in."""
    while place := place.rpartition("/")[0]:
        yield place
