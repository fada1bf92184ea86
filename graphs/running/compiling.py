"""From a flat graph to a compiled one: what the targets need, in order, equal nodes merged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from pydantic import JsonValue

from graphs.catalogue.catalogue import Catalogue
from graphs.errors import InputError
from graphs.flattening import Flat, FlatNode, Source
from graphs.running.keys import Shape, environment, settings, shape_of

Origin: TypeAlias = tuple[int, int]
"""An output: the number of its unit and its position there."""


class Unit(NamedTuple):
    """A node to compute. Nodes equal in all that counts are one unit: `place` is the first, `twins` the rest."""

    number: int
    place: str
    shape: Shape
    params: Mapping[str, JsonValue]
    written: str
    """The settings, as they stand in the recipe."""
    sources: Mapping[str, tuple[Origin, ...]]
    """Where each port's or parameter's values come from."""
    needs: tuple[Origin, ...]
    """Every output that it needs."""
    steady: bool
    """Whether equal recipes give equal results: not where the type says no, or where a wire names the file to read."""
    twins: tuple[str, ...] = ()

    def likeness(self) -> object:
        """What is equal for units that give the same; of one that gives another result each time its place."""
        if not self.shape.record.pure:
            return self.place
        files = tuple((name, str(self.params.get(name))) for name in self.shape.files) if self.shape.files else ()
        return self.shape.record.id, self.written, tuple(self.sources.items()), files


@dataclass(frozen=True, slots=True)
class Compiled:
    """The units, each after those that it needs, and which of them a person wants."""

    units: tuple[Unit, ...]
    targets: Mapping[str, int]
    """The units of the wanted nodes, by place."""
    numbers: Mapping[str, int]
    """The unit of every node by its place, twins included."""
    restless: frozenset[int]
    """The units that may give another result though nobody changed them: they read files, or differ each time."""


def compile_graph(flat: Flat, targets: Iterable[str], catalogue: Catalogue, device: str | None = None) -> Compiled:
    """The compiled form of a sound graph without sweeps; `device` where results may depend on it."""
    wanted = sorted(targets)
    places = order(flat, wanted)
    shapes = _shapes(catalogue, environment(device))
    units: list[Unit] = []
    twins: dict[int, list[str]] = {}
    numbers: dict[str, int] = {}
    known: dict[object, int] = {}
    for place in places:
        node = flat[place]
        shape = shapes(node)
        sources = {
            port: tuple([(numbers[source], units[numbers[source]].shape.positions[name]) for source, name in found])
            for port, found in _by_name(node)
            if found
        }
        written = settings(shape, node.params, sources)
        needs = tuple([origin for found in sources.values() for origin in found])
        steady = shape.record.pure and not any(name in sources for name in shape.files)
        unit = Unit(len(units), place, shape, node.params, written, sources, needs, steady)
        number = known.setdefault(unit.likeness(), len(units))
        numbers[place] = number
        if number < len(units):
            twins.setdefault(number, []).append(place)
        else:
            units.append(unit)
    for number, places in twins.items():
        units[number] = units[number]._replace(twins=tuple(places))
    restless = frozenset(unit.number for unit in units if unit.shape.files or not unit.steady)
    return Compiled(tuple(units), {place: numbers[place] for place in wanted}, numbers, restless)


def order(flat: Flat, wanted: Sequence[str]) -> list[str]:
    """What the targets need, each node shortly before it is used, so that little has to be held at a time."""
    import networkx as nx  # the other doors start without it

    needs: nx.DiGraph[str] = nx.DiGraph()
    root = ""  # no path is empty
    needs.add_edges_from((root, place) for place in wanted)
    needs.add_edges_from(
        (place, source) for place, node in flat.items() for _, found in _by_name(node) for source, _ in found
    )
    return list(nx.dfs_postorder_nodes(needs, root))[:-1] if wanted else []


def _by_name(node: FlatNode) -> Iterable[tuple[str, list[Source]]]:
    """The sources of each port, the ports sorted: the order of a document's JSON means nothing."""
    return sorted(node.sources.items()) if len(node.sources) > 1 else node.sources.items()


def _shapes(catalogue: Catalogue, setting: str) -> Callable[[FlatNode], Shape]:
    known: dict[str, Shape] = {}

    def find(node: FlatNode) -> Shape:
        shape = known.get(node.node.type)
        if shape is None:
            record = catalogue.find(node.node.type)
            if record is None:
                raise InputError(f"there is no node type '{node.node.type}'", mend="check the graph first")
            shape = known[node.node.type] = shape_of(record, catalogue, setting)
        return shape

    return find
