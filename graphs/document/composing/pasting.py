"""Nodes copied as JSON text, and put somewhere under ids of their own."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence

from pydantic import JsonValue

from graphs.document.composing.decorating import decorations
from graphs.document.composing.fresh import fresh_name
from graphs.document.composing.rewiring import chosen_nodes, feeding, moved, node_of, rewired
from graphs.document.model import FORMAT, Document, Level, View
from graphs.document.operations import Add, Batch, Move, Operation, level_at
from graphs.document.reading import loads, parse_json
from graphs.document.writing import dumps
from graphs.errors import InputError
from graphs.faults import brief
from graphs.naming import parse_reference

CLIP = "noiseloom_clip"
"""The key that tells a clip, with the version of its form."""

VERSION = 1
STEP = (40.0, 40.0)
"""How far from its original a duplicate lies."""


def clip(document: Document, at: str, ids: Iterable[str], marks: Collection[str] = ()) -> dict[str, JsonValue]:
    """Nodes as JSON, with all their wires and places; `marks` are ids of groups and notes to take along.

    `InputError` where a node is not there.
    """
    level = level_at(document, at)
    chosen = chosen_nodes(level, at, ids) if ids or not marks else {}
    seen = level.view or View()
    view = View(
        nodes={name: seen.nodes[name] for name in chosen if name in seen.nodes},
        groups=tuple(entry for entry in seen.groups if entry.get("id") in marks),
        notes=tuple(entry for entry in seen.notes if entry.get("id") in marks),
    )
    plain: dict[str, JsonValue] = json.loads(dumps(Document(nodes=chosen, view=view)))
    return {CLIP: VERSION, "nodes": plain.get("nodes", {}), "view": plain.get("view", {})}


def paste(
    document: Document,
    at: str,
    content: str | Mapping[str, JsonValue],
    offset: tuple[float, float] = (0.0, 0.0),
    *,
    keep_wires: bool = False,
) -> Batch:
    """Add the nodes of a clip or of a whole graph, as JSON or as its text, under free ids, so much further.

    Wires among them follow their ids; those that came from elsewhere stay only with `keep_wires`, and where their node
    is still there. `InputError` where the content is neither.
    """
    level, given = level_at(document, at), read_clip(content)
    return Batch(operations=tuple(_pasted(level, at, given, copied_names(level, given.nodes), offset, keep_wires)))


def duplicate(
    document: Document,
    at: str,
    ids: Iterable[str],
    offset: tuple[float, float] = STEP,
    *,
    keep_wires: bool = True,
) -> Batch:
    """Copies of nodes beside them, wired as they are; in a subgraph, what feeds a node feeds its copy, too.

    `InputError` where a node is not there.
    """
    level, given = level_at(document, at), read_clip(clip(document, at, list(ids)))
    names = copied_names(level, given.nodes)

    def doubled(target: str) -> Sequence[str]:
        node, _, port = target.partition(".")
        return (target, f"{names[node]}.{port}") if node in names else (target,)

    operations = _pasted(level, at, given, names, offset, keep_wires)
    if keep_wires:
        operations += feeding(level, at, names, doubled)
    return Batch(operations=tuple(operations))


def copied_names(level: Level, originals: Iterable[str]) -> dict[str, str]:
    """A free id for the copy of each of these nodes."""
    names: dict[str, str] = {}
    for name in originals:
        names[name] = fresh_name(level, name, names.values())
    return names


def read_clip(content: str | Mapping[str, JsonValue]) -> Document:
    """What a clip or a graph holds, as a document; `InputError` where it is neither, or has faults of shape."""
    raw = parse_json(content) if isinstance(content, str) else dict(content)
    if isinstance(raw, dict) and "noiseloom" in raw:
        return loads(json.dumps(raw))
    if not isinstance(raw, dict) or raw.get(CLIP) != VERSION:
        given, allowed = brief(raw), f'a Noiseloom graph, or nodes that were copied ("{CLIP}": {VERSION})'
        raise InputError("this cannot be pasted", given=given, allowed=allowed, mend="copy nodes, or a graph's JSON")
    return loads(json.dumps({"noiseloom": FORMAT, "nodes": raw.get("nodes", {}), "view": raw.get("view", {})}))


def _pasted(
    level: Level, at: str, given: Document, names: Mapping[str, str], offset: tuple[float, float], keep_wires: bool
) -> list[Operation]:
    def led(text: str) -> Sequence[str]:
        reference = parse_reference(text)
        if reference is not None and reference.node in names:
            return (str(reference._replace(node=names[reference.node])),)
        return (text,) if keep_wires and node_of(text) in level.nodes else ()

    operations: list[Operation] = []
    for name, node in given.nodes.items():
        inputs = {port: wires for port, sources in node.inputs.items() if (wires := rewired(sources, led)) is not None}
        operations.append(Add(at=at, id=names[name], node=node.model_copy(update={"inputs": inputs})))
    view = given.view or View()
    places = {names[name]: moved(place, offset) for name, place in view.nodes.items() if name in names}
    if places:
        operations.append(Move(at=at, places=places))
    return [*operations, *decorations(view, level.view or View(), at, names, offset)]
