"""What all composed edits share: wires and interfaces that are led elsewhere, places that are moved."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from pydantic import JsonValue

from graphs.document.model import Level, Node, Subgraph, Wires, join
from graphs.document.operations import Add, Batch, Interface, Operation, Wire
from graphs.errors import InputError
from graphs.naming import listing, parse_reference, suggestion
from graphs.sweeps import is_sweep

Change = Callable[[str], Sequence[str]]
"""What a reference becomes: another one, several, or none."""


def chosen_nodes(level: Level, at: str, ids: Iterable[str]) -> dict[str, Node]:
    """The nodes of these ids in the order of the level; `InputError` where one is not there, or none is named."""
    wanted = set(ids)
    for name in sorted(wanted - level.nodes.keys()):
        where, mend = join(at, name), suggestion(name, level.nodes)
        raise InputError(f"there is no node '{name}'", where=where, allowed=listing(level.nodes), mend=mend)
    if not wanted:
        raise InputError("no node is selected", where=at, mend="select one or more nodes")
    return {name: node for name, node in level.nodes.items() if name in wanted}


def node_of(text: str) -> str:
    """The node that a reference names, or nothing."""
    reference = parse_reference(text)
    return reference.node if reference else ""


def texts_of(sources: Wires) -> tuple[str, ...]:
    """The references of a port."""
    return (sources,) if isinstance(sources, str) else sources


def rewired(sources: Wires, change: Change) -> Wires | None:
    """The wires of a port after each was changed; None where none is left."""
    found = tuple(new for text in texts_of(sources) for new in change(text))
    return found[0] if isinstance(sources, str) and len(found) == 1 else found or None


def leading_on(level: Level, at: str, chosen: Collection[str], change: Change) -> Iterator[Operation]:
    """What changes every wire that leads from the chosen nodes to others, and the level's outputs that name them."""
    for name, node in level.nodes.items():
        for port, sources in node.inputs.items():
            if name not in chosen and any(node_of(text) in chosen for text in texts_of(sources)):
                yield Wire(at=at, id=name, port=port, sources=rewired(sources, change))
    for name, text in level.outputs.items() if isinstance(level, Subgraph) else ():
        if node_of(text) in chosen:
            yield Interface(at=at, side="outputs", name=name, value=next(iter(change(text)), None))


def feeding(level: Level, at: str, chosen: Collection[str], change: Change) -> Iterator[Operation]:
    """What changes the level's inputs that feed the chosen nodes."""
    for name, targets in level.inputs.items() if isinstance(level, Subgraph) else ():
        if any(node_of(target) in chosen for target in targets):
            changed = dict.fromkeys(new for target in targets for new in change(target))
            yield Interface(at=at, side="inputs", name=name, value=tuple(changed) or None)


def with_axes(node: Node, place: str) -> Node:
    """The node with a name for every axis that would be called after its place, so that it may move."""
    params = {name: with_axis(literal, f"{place}.{name}") for name, literal in node.params.items()}
    graph = node.graph
    if graph is not None:
        inner = {name: with_axes(other, join(place, name)) for name, other in graph.nodes.items()}
        graph = graph.model_copy(update={"nodes": inner})
    return node.model_copy(update={"params": params, "graph": graph})


def with_axis(literal: JsonValue, axis: str) -> JsonValue:
    """A sweep under this axis, where it has none of its own."""
    return (
        {**literal, "axis": literal.get("axis", axis)} if isinstance(literal, dict) and is_sweep(literal) else literal
    )


def moved(place: Mapping[str, JsonValue], offset: tuple[float, float]) -> dict[str, JsonValue]:
    """What a view keeps of a thing, its "x" and "y" so much further."""
    shifted = {key: place[key] for key in place}
    for key, by in zip(("x", "y"), offset, strict=True):
        value = place.get(key)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            shifted[key] = value + by
    return shifted


def corner(places: Iterable[Mapping[str, JsonValue]]) -> tuple[float, float]:
    """The smallest "x" and "y" of some things."""
    known = list(places)
    return _least(known, "x"), _least(known, "y")


def _least(places: Sequence[Mapping[str, JsonValue]], key: str) -> float:
    values = (place.get(key) for place in places)
    return min((v for v in values if isinstance(v, (int, float)) and not isinstance(v, bool)), default=0)


def added(batch: Batch) -> tuple[str, ...]:
    """The ids of the nodes that a batch adds, to be selected afterwards."""
    return tuple(operation.id for operation in batch.operations if isinstance(operation, Add))
