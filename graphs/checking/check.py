"""`check`: every fault of a graph at once."""

from __future__ import annotations

from collections.abc import Iterator

from graphs.catalogue.catalogue import Catalogue
from graphs.checking.parameters import parameter_faults
from graphs.checking.subgraphs import interface_faults
from graphs.checking.whole import targets, upstream, whole_faults
from graphs.checking.wires import Known, missing_faults, wire_faults
from graphs.document.model import GRAPH_TYPE, Document, Level, Subgraph, join, walk
from graphs.faults import Code, Fault
from graphs.files import Places
from graphs.flattening import Flat, flatten
from graphs.naming import suggestion
from graphs.signatures import signatures


def check(document: Document, catalogue: Catalogue, files: Places) -> tuple[Fault, ...]:
    """All faults, those that stop the run before the warnings. Runs nothing and imports no node."""
    known = signatures(document, catalogue)
    flat = flatten(document)
    wanted = targets(flat, catalogue)
    found = []
    for path, level in walk(document):
        found += list(_level_faults(path, level, known, catalogue, files))
    needed = _needed(flat, wanted, catalogue)
    judged = [fault if _matters(fault, needed) else fault.model_copy(update={"severity": "warning"}) for fault in found]
    judged += whole_faults(flat, wanted, catalogue)
    return tuple(sorted(judged, key=lambda fault: fault.severity))


def _level_faults(path: str, level: Level, known: Known, catalogue: Catalogue, files: Places) -> Iterator[Fault]:
    fed = {target for targets in level.inputs.values() for target in targets} if isinstance(level, Subgraph) else set()
    for name, node in level.nodes.items():
        place = join(path, name)
        signature = known[place]
        if signature is None:
            yield _unknown_type(place, node.type, catalogue)
            continue
        if node.graph is not None:
            yield from interface_faults(place, node.graph, known)
        yield from parameter_faults(place, node, signature, files)
        yield from wire_faults(place, node, signature, level, known, catalogue)
        wired = set(node.inputs) | {port for port in signature.inputs if f"{name}.{port}" in fed}
        yield from missing_faults(place, signature, wired, level, known)


def _unknown_type(place: str, name: str, catalogue: Catalogue) -> Fault:
    for file in catalogue.broken:
        if name.startswith(file.prefix):
            message = f"the file of this node cannot be imported: {file.error}"
            return Fault(
                code=Code.PLUGIN_FAILED, node=place, message=message, given=str(file.path), mend="mend that file"
            )
    kinds = [*catalogue.nodes, GRAPH_TYPE]
    mend = suggestion(name, kinds)
    if not mend and "." in name:
        same = [kind for kind in kinds if kind.startswith(name.rpartition(".")[0] + ".")]
        mend = (
            f"of that kind there are {', '.join(same[:8])}"
            if same
            else "name its folder with --nodes, or install its package"
        )
    message = f"there is no node type '{name}'"
    return Fault(code=Code.UNKNOWN_TYPE, node=place, message=message, given=f'"{name}"', mend=mend)


def _needed(flat: Flat, wanted: list[str], catalogue: Catalogue) -> set[str]:
    """The nodes whose faults stop the run: what the targets need, and sinks of unknown type, which may be outputs."""
    used = {source for node in flat.values() for found in node.sources.values() for source, _ in found}
    strange = [place for place, node in flat.items() if place not in used and catalogue.find(node.node.type) is None]
    return upstream(flat, [*wanted, *strange])


def _matters(fault: Fault, needed: set[str]) -> bool:
    inside = f"{fault.node}/"
    return fault.node in needed or any(place.startswith(inside) for place in needed)
