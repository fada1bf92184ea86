"""Every edit of a document is an operation: applied whole or refused whole, and it comes with its inverse.

An operation works on one level, named by `at`: "" is the document, "sub/inner" a subgraph. The editor, HTTP and Python
use the same ones.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Annotated, Literal, NamedTuple, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter

from graphs.document.grouping import grouped, renamed_members
from graphs.document.model import Document, Level, Mode, Node, Subgraph, View, Wires, join, some_view
from graphs.document.reading import loads, parse_json
from graphs.document.writing import dumps
from graphs.errors import InputError
from graphs.naming import IDENTIFIER_RULE, is_identifier, listing, parse_reference, suggestion

T = TypeVar("T")


class Edit(BaseModel):
    """What all operations share."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    at: str = ""


class Add(Edit):
    """Add a node."""

    do: Literal["add"] = "add"
    id: str
    node: Node


class Remove(Edit):
    """Remove a node, the wires that lead from it, its place in the interface, on the canvas and in its groups."""

    do: Literal["remove"] = "remove"
    id: str


class Rename(Edit):
    """Give a node another id; references, interface, view and the members of groups follow."""

    do: Literal["rename"] = "rename"
    id: str
    to: str


class Wire(Edit):
    """Set what is wired to an input, or take it away with None."""

    do: Literal["wire"] = "wire"
    id: str
    port: str
    sources: Wires | None


class SetParameter(Edit):
    """Set a parameter."""

    do: Literal["set"] = "set"
    id: str
    name: str
    value: JsonValue


class Reset(Edit):
    """Give a parameter its default back."""

    do: Literal["reset"] = "reset"
    id: str
    name: str


class SetMode(Edit):
    """Switch a node off, bypassed or muted, or on again with None."""

    do: Literal["mode"] = "mode"
    id: str
    mode: Mode | None


class Interface(Edit):
    """Set what a subgraph's input feeds or its output gives, or take that name away with None."""

    do: Literal["interface"] = "interface"
    side: Literal["inputs", "outputs"]
    name: str
    value: str | tuple[str, ...] | None


class Move(Edit):
    """Set what the view keeps of nodes, as {"x", "y"}; None forgets it."""

    do: Literal["move"] = "move"
    places: Mapping[str, Mapping[str, JsonValue] | None]


class Decorate(Edit):
    """Put the group or note with this "id" at this index, or take it away with None."""

    do: Literal["decorate"] = "decorate"
    what: Literal["groups", "notes"]
    id: str
    value: Mapping[str, JsonValue] | None
    index: int | None = None


class Title(Edit):
    """Name the document."""

    do: Literal["title"] = "title"
    name: str


class Batch(Edit):
    """Several operations as one."""

    do: Literal["batch"] = "batch"
    operations: tuple[Operation, ...]


Operation: TypeAlias = Annotated[
    Add | Remove | Rename | Wire | SetParameter | Reset | SetMode | Interface | Move | Decorate | Title | Batch,
    Field(discriminator="do"),
]

OPERATIONS: TypeAdapter[Operation] = TypeAdapter(Operation)
"""From an operation to JSON and back; it stands here since it looks the names above up where it is made."""


class Applied(NamedTuple):
    """A document after an operation, and the operation that takes it back."""

    document: Document
    inverse: Operation


def apply(document: Document, operation: Operation) -> Applied:
    """The document after an operation and the operation's inverse; `InputError` where it cannot be applied."""
    if isinstance(operation, Batch):
        inverses: list[Operation] = []
        for inner in operation.operations:
            document, inverse = apply(document, inner)
            inverses.insert(0, inverse)
        return Applied(document, Batch(operations=tuple(inverses)))
    _require_sound(operation)
    if isinstance(operation, Title):
        return Applied(document.model_copy(update={"name": operation.name}), Title(name=document.name))
    level = level_at(document, operation.at)
    changed, inverse = _edit(level, operation)
    return Applied(_replace(document, operation.at, changed), inverse)


_INSIDE = {"add": 1, "set": 3, "wire": 3, "decorate": 2, "move": 1, "interface": 1}
"""How much deeper in brackets the value of an operation lies in a document than in the operation."""


def _require_sound(operation: Operation) -> None:
    """Refuse what no saved document may hold: NaN, halves of surrogate pairs, more brackets than can be read."""
    text = json.dumps(operation.model_dump(warnings=False))
    levels = len(operation.at.split("/")) if operation.at else 0
    depth = 3 * levels + _INSIDE.get(operation.do, 0)
    parse_json("[" * depth + text + "]" * depth)


def level_at(document: Document, path: str) -> Level:
    """The document, or the subgraph at a path."""
    level: Level = document
    for step in path.split("/") if path else ():
        node = level.nodes.get(step)
        if node is None or node.graph is None:
            raise InputError(f"there is no subgraph '{step}'", where=path, mend=suggestion(step, level.nodes))
        level = node.graph
    return level


def _replace(document: Document, path: str, changed: Level) -> Document:
    """The document with the level at a path exchanged, from the inside outward."""
    while path:
        path, _, name = path.rpartition("/")
        above = level_at(document, path)
        changed = _with_node(above, name, above.nodes[name].model_copy(update={"graph": changed}))
    if not isinstance(changed, Document):
        raise TypeError(changed)
    return changed


def _edit(level: Level, operation: Operation) -> tuple[Level, Operation]:
    match operation:
        case Add():
            return _add(level, operation)
        case Remove():
            return _remove(level, operation)
        case Rename():
            return _rename(level, operation)
        case Wire():
            return _wire(level, operation)
        case SetParameter() | Reset():
            return _set(level, operation)
        case SetMode():
            return _switch(level, operation)
        case Interface():
            return _interface(level, operation)
        case Move() | Decorate():
            return _move(level, operation) if isinstance(operation, Move) else _decorate(level, operation)
        case _:
            raise TypeError(operation)


def _node(level: Level, name: str, at: str) -> Node:
    if name not in level.nodes:
        where, mend = join(at, name), suggestion(name, level.nodes)
        raise InputError(f"there is no node '{name}'", where=where, allowed=listing(level.nodes), mend=mend)
    return level.nodes[name]


def _free(level: Level, name: str, at: str) -> None:
    if not is_identifier(name):
        raise InputError(f"'{name}' cannot be the name of a node", where=at, allowed=IDENTIFIER_RULE)
    if name in level.nodes:
        raise InputError(f"there is a node '{name}' already", where=at, mend="choose another name")


def _with_node(level: Level, name: str, node: Node) -> Level:
    return level.model_copy(update={"nodes": {**level.nodes, name: node}})


def _without(entries: Mapping[str, T], name: str) -> dict[str, T]:
    return {key: value for key, value in entries.items() if key != name}


def _add(level: Level, operation: Add) -> tuple[Level, Operation]:
    at, name = operation.at, operation.id
    _free(level, name, at)
    loads(dumps(Document(nodes={name: operation.node})))
    return _with_node(level, name, operation.node), _with(Remove(at=at, id=name), _restore(level, at, name))


def _remove(level: Level, operation: Remove) -> tuple[Level, Operation]:
    """Cut everything that names the node, then take it out; the inverse puts all of it back."""
    at, name = operation.at, operation.id
    node = _node(level, name, at)
    undo = _restore(level, at, name)
    for cut in _cuts(level, at, name):
        level, _ = _edit(level, cut)
    without = level.model_copy(update={"nodes": _without(level.nodes, name)})
    return without, _with(Add(at=at, id=name, node=node), undo)


def _cuts(level: Level, at: str, name: str) -> list[Operation]:
    """What takes away everything that names a node, whether that node is there or not."""
    placed = level.view is not None and name in level.view.nodes
    forget: list[Operation] = [Move(at=at, places={name: None})] if placed else []
    return [*_wires_from(level, at, name), *_interface_of(level, at, name), *forget, *_leave_groups(level, at, name)]


def _restore(level: Level, at: str, name: str) -> list[Operation]:
    """What sets everything that names a node as it is now."""
    return [_edit(level, cut)[1] for cut in _cuts(level, at, name)]


def _with(first: Operation, rest: list[Operation]) -> Operation:
    return Batch(operations=(first, *rest)) if rest else first


def _wires_from(level: Level, at: str, name: str) -> list[Operation]:
    """What cuts every wire that leads from a node to another."""
    return [
        Wire(at=at, id=other, port=port, sources=_cut(sources, name))
        for other, holder in level.nodes.items()
        if other != name
        for port, sources in holder.inputs.items()
        if any(_names(text, name) for text in ((sources,) if isinstance(sources, str) else sources))
    ]


def _interface_of(level: Level, at: str, name: str) -> list[Operation]:
    """What takes a node out of a subgraph's interface."""
    if not isinstance(level, Subgraph):
        return []
    cuts: list[Operation] = []
    for key, targets in level.inputs.items():
        kept = tuple(target for target in targets if not _names(target, name))
        if kept != targets:
            cuts.append(Interface(at=at, side="inputs", name=key, value=kept or None))
    for key, text in level.outputs.items():
        if _names(text, name):
            cuts.append(Interface(at=at, side="outputs", name=key, value=None))
    return cuts


def _leave_groups(level: Level, at: str, name: str) -> list[Operation]:
    """What takes a node out of the groups that list it."""
    groups = level.view.groups if level.view is not None else ()
    return [
        Decorate(at=at, what="groups", id=key, value={**groups[index], "nodes": _others(members, name)})
        for key, (index, members) in grouped(groups).items()
        if name in members
    ]


def _others(members: list[JsonValue], name: str) -> list[JsonValue]:
    return [member for member in members if member != name]


def _names(text: str, node: str) -> bool:
    reference = parse_reference(text)
    return reference is not None and reference.node == node


def _cut(sources: Wires, name: str) -> Wires | None:
    if isinstance(sources, str):
        return None
    return tuple(text for text in sources if not _names(text, name)) or None


def _rename(level: Level, operation: Rename) -> tuple[Level, Operation]:
    at, old, new = operation.at, operation.id, operation.to
    _node(level, old, at)
    _free(level, new, at)

    def renamed(text: str) -> str:
        reference = parse_reference(text)
        return str(reference._replace(node=new)) if reference and reference.node == old else text

    nodes = {new if name == old else name: _with_references(node, renamed) for name, node in level.nodes.items()}
    update: dict[str, object] = {"nodes": nodes}
    if isinstance(level, Subgraph):
        update["inputs"] = {key: tuple(map(renamed, targets)) for key, targets in level.inputs.items()}
        update["outputs"] = {key: renamed(text) for key, text in level.outputs.items()}
    if level.view is not None:
        places = {new if name == old else name: place for name, place in level.view.nodes.items() if name != new}
        groups = renamed_members(level.view, {old: new})
        update["view"] = some_view(level.view.model_copy(update={"nodes": places, "groups": groups}))
    return level.model_copy(update=update), _with(Rename(at=at, id=new, to=old), _restore(level, at, new))


def _with_references(node: Node, change: Callable[[str], str]) -> Node:
    inputs = {
        port: change(sources) if isinstance(sources, str) else tuple(map(change, sources))
        for port, sources in node.inputs.items()
    }
    return node.model_copy(update={"inputs": inputs})


def _wire(level: Level, operation: Wire) -> tuple[Level, Operation]:
    node = _node(level, operation.id, operation.at)
    if not is_identifier(operation.port):
        raise InputError(
            f"'{operation.port}' cannot be the name of a port", where=operation.id, allowed=IDENTIFIER_RULE
        )
    before = node.inputs.get(operation.port)
    inputs = _without(node.inputs, operation.port)
    if operation.sources is not None:
        inputs = {**node.inputs, operation.port: operation.sources}
    changed = node.model_copy(update={"inputs": inputs})
    return _with_node(level, operation.id, changed), operation.model_copy(update={"sources": before})


def _set(level: Level, operation: SetParameter | Reset) -> tuple[Level, Operation]:
    at, name = operation.at, operation.name
    node = _node(level, operation.id, at)
    if not is_identifier(name):
        raise InputError(f"'{name}' cannot be the name of a parameter", where=operation.id, allowed=IDENTIFIER_RULE)
    params = (
        {**node.params, name: operation.value} if isinstance(operation, SetParameter) else _without(node.params, name)
    )
    inverse: Operation = Reset(at=at, id=operation.id, name=name)
    if name in node.params:
        inverse = SetParameter(at=at, id=operation.id, name=name, value=node.params[name])
    return _with_node(level, operation.id, node.model_copy(update={"params": params})), inverse


def _switch(level: Level, operation: SetMode) -> tuple[Level, Operation]:
    node = _node(level, operation.id, operation.at)
    changed = node.model_copy(update={"mode": operation.mode})
    return _with_node(level, operation.id, changed), operation.model_copy(update={"mode": node.mode})


def _interface(level: Level, operation: Interface) -> tuple[Level, Operation]:
    if not isinstance(level, Subgraph):
        raise InputError("the document itself has no inputs and outputs", mend="name a subgraph in `at`")
    value = operation.value
    if value is not None and isinstance(value, str) != (operation.side == "outputs"):
        raise InputError(
            f"this is no value for the {operation.side}", allowed="a list of ports to feed; or one reference to give"
        )
    if not is_identifier(operation.name):
        raise InputError(f"'{operation.name}' cannot be a name", where=operation.at, allowed=IDENTIFIER_RULE)
    entries: Mapping[str, str | tuple[str, ...]] = level.inputs if operation.side == "inputs" else level.outputs
    inverse = operation.model_copy(update={"value": entries.get(operation.name)})
    changed = {**entries, operation.name: value} if value is not None else _without(entries, operation.name)
    return level.model_copy(update={operation.side: changed}), inverse


def _move(level: Level, operation: Move) -> tuple[Level, Operation]:
    view = level.view or View()
    before = {name: view.nodes.get(name) for name in operation.places}
    places = {name: place for name, place in {**view.nodes, **operation.places}.items() if place is not None}
    changed = level.model_copy(update={"view": some_view(view.model_copy(update={"nodes": places}))})
    return changed, operation.model_copy(update={"places": before})


def _decorate(level: Level, operation: Decorate) -> tuple[Level, Operation]:
    view = level.view or View()
    entries = list(view.groups if operation.what == "groups" else view.notes)
    found = [place for place, entry in enumerate(entries) if entry.get("id") == operation.id]
    if len(found) > 1:
        raise InputError(f"several {operation.what} have the id '{operation.id}'", mend="give each an id of its own")
    index = found[0] if found else None
    before = entries.pop(index) if index is not None else None
    if operation.value is not None:
        place = operation.index if operation.index is not None else index if index is not None else len(entries)
        entries.insert(min(max(place, 0), len(entries)), {**operation.value, "id": operation.id})
    inverse = operation.model_copy(update={"value": before, "index": index})
    return level.model_copy(
        update={"view": some_view(view.model_copy(update={operation.what: tuple(entries)}))}
    ), inverse
