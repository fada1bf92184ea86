"""Faults of node types that nobody knows."""

from __future__ import annotations

from graphs.catalogue.catalogue import Catalogue
from graphs.document.model import GRAPH_TYPE
from graphs.faults import Code, Fault
from graphs.naming import listing, nearest, suggestion

HOME = "name its folder with --nodes, or install its package"
"""What helps where a node is of a package or folder that is not here."""


class UnknownTypes:
    """The faults of unknown types; what a name may be meant to be is searched once, however many nodes have it."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._faults: dict[str, Fault] = {}

    def fault(self, place: str, name: str) -> Fault:
        """The fault of a node of that type."""
        if name not in self._faults:
            self._faults[name] = _unknown_type(name, self._catalogue)
        return self._faults[name].model_copy(update={"node": place})


def _unknown_type(name: str, catalogue: Catalogue) -> Fault:
    for file in catalogue.broken:
        if name.startswith(file.prefix):
            message = f"the file of this node cannot be imported: {file.error}"
            return Fault(code=Code.PLUGIN_FAILED, message=message, given=str(file.path), mend="mend that file")
    mend = _nearest_type(name, [*catalogue.nodes, GRAPH_TYPE])
    return Fault(code=Code.UNKNOWN_TYPE, message=f"there is no node type '{name}'", given=f'"{name}"', mend=mend)


def _nearest_type(name: str, types: list[str]) -> str:
    """What a type may be meant to be: one of its own kind where that is known, for the kind alone makes names alike."""
    kind, _, own = name.rpartition(".")
    same = [entry for entry in types if kind and entry.rpartition(".")[0] == kind]
    if same:
        near = nearest(own, [entry.rpartition(".")[2] for entry in same])
        return f"did you mean '{kind}.{near}'?" if near else f"of that kind there are {listing(same, 8)}"
    near = suggestion(name, types)
    here = "." not in kind or any(entry.startswith(name.partition(".")[0] + ".") for entry in types)
    if here:
        return near or (HOME if kind else "")
    return f"{near} Otherwise {HOME}" if near else HOME
