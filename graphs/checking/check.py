"""`check`: every fault of a graph at once."""

from __future__ import annotations

from collections.abc import Iterator

from graphs.catalogue.catalogue import Catalogue
from graphs.checking.keys import key_faults
from graphs.checking.parameters import parameter_faults
from graphs.checking.subgraphs import interface_faults
from graphs.checking.whole import targets, upstream, whole_faults
from graphs.checking.wires import Known, missing_faults, wire_faults
from graphs.document.model import GRAPH_TYPE, Document, Level, Subgraph, join, walk
from graphs.faults import Code, Fault, GraphError
from graphs.files import Places
from graphs.flattening import Flat, flatten
from graphs.naming import listing, nearest, parse_reference, suggestion
from graphs.opening import Opened
from graphs.signatures import signatures


def check(document: Document, catalogue: Catalogue, files: Places) -> tuple[Fault, ...]:
    """All faults, those that stop the run before the warnings. Runs nothing and imports no node."""
    known = signatures(document, catalogue)
    flat = flatten(document)
    wanted = targets(flat, catalogue)
    found = []
    for path, level in walk(document):
        found += list(_level_faults(path, level, known, catalogue, files))
    needed = _needed(flat, wanted, catalogue) | set(_wired_subgraphs(document))
    found += whole_faults(flat, wanted, catalogue)
    judged = [
        fault if fault.node in needed or not fault.node else fault.model_copy(update={"severity": "warning"})
        for fault in found
    ]
    return tuple(sorted(judged, key=lambda fault: fault.severity))


def check_opened(opened: Opened, catalogue: Catalogue) -> tuple[Fault, ...]:
    """All faults of a graph as it was opened, those of bringing it up to date included."""
    return (*opened.faults, *check(opened.document, catalogue, opened.files))


def require_sound(opened: Opened, catalogue: Catalogue) -> None:
    """`GraphError` with every fault that stops a run, where there is one."""
    errors = tuple(fault for fault in check_opened(opened, catalogue) if fault.severity == "error")
    if errors:
        raise GraphError(errors)


def _level_faults(path: str, level: Level, known: Known, catalogue: Catalogue, files: Places) -> Iterator[Fault]:
    yield from key_faults(path, level)
    fed = {target for targets in level.inputs.values() for target in targets} if isinstance(level, Subgraph) else set()
    for name, node in level.nodes.items():
        place = join(path, name)
        signature = known[place]
        yield from key_faults(place, node)
        if signature is None:
            yield _unknown_type(place, node.type, catalogue)
            continue
        if node.graph is not None:
            yield from interface_faults(place, node.graph, known)
        yield from parameter_faults(place, node, signature, files)
        yield from wire_faults(place, node, signature, level, known, catalogue)
        wired = {port for port, sources in node.inputs.items() if sources != ()}
        wired |= {port for port in signature.inputs if f"{name}.{port}" in fed}
        yield from missing_faults(place, signature, wired, level, known)


def _unknown_type(place: str, name: str, catalogue: Catalogue) -> Fault:
    for file in catalogue.broken:
        if name.startswith(file.prefix):
            message = f"the file of this node cannot be imported: {file.error}"
            return Fault(
                code=Code.PLUGIN_FAILED, node=place, message=message, given=str(file.path), mend="mend that file"
            )
    mend = _nearest_type(name, [*catalogue.nodes, GRAPH_TYPE])
    return Fault(
        code=Code.UNKNOWN_TYPE, node=place, message=f"there is no node type '{name}'", given=f'"{name}"', mend=mend
    )


def _nearest_type(name: str, types: list[str]) -> str:
    """What a type may be meant to be: one of its own kind where that is known, for the kind alone makes names alike."""
    kind, _, own = name.rpartition(".")
    same = [entry for entry in types if kind and entry.rpartition(".")[0] == kind]
    if same:
        near = nearest(own, [entry.rpartition(".")[2] for entry in same])
        return f"did you mean '{kind}.{near}'?" if near else f"of that kind there are {listing(same, 8)}"
    return suggestion(name, types) or ("name its folder with --nodes, or install its package" if kind else "")


def _needed(flat: Flat, wanted: list[str], catalogue: Catalogue) -> set[str]:
    """The nodes whose faults stop the run: what the targets need, sinks of unknown type, and subgraphs around them.

    Where there is nothing to run, whatever is wrong may be the reason.
    """
    used = {source for node in flat.values() for found in node.sources.values() for source, _ in found}
    strange = [place for place, node in flat.items() if place not in used and catalogue.find(node.node.type) is None]
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
