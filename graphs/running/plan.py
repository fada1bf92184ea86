"""What will run, and in which order."""

from __future__ import annotations

from dataclasses import dataclass

from graphs.catalogue.catalogue import Catalogue
from graphs.checking.whole import targets, upstream
from graphs.document.model import Document
from graphs.errors import InputError
from graphs.flattening import FlatNode, flatten
from graphs.sweeps import is_sweep


@dataclass(frozen=True)
class Plan:
    """The nodes to run, each after those that it needs, and which of them a person wants."""

    nodes: dict[str, FlatNode]
    targets: tuple[str, ...]


def make_plan(document: Document, catalogue: Catalogue) -> Plan:
    """The plan of a graph without faults."""
    import networkx as nx  # the other doors start without it

    flat = flatten(document)
    wanted = targets(flat, catalogue)
    needed = upstream(flat, wanted)
    for place in sorted(needed):
        for name, literal in flat[place].params.items():
            if is_sweep(literal):
                raise InputError("sweeps cannot be run yet", where=f"{place}.{name}", mend="give one value")
    wires: nx.DiGraph[str] = nx.DiGraph()
    wires.add_nodes_from(sorted(needed))
    for place in sorted(needed):
        wires.add_edges_from((source, place) for found in flat[place].sources.values() for source, _ in found)
    order = nx.lexicographical_topological_sort(wires)
    return Plan({place: flat[place] for place in order}, tuple(wanted))
