"""An operation in words, as a person reads it in the history: "moved 3 nodes", "guidance_scale 2.5 → 4"."""

from __future__ import annotations

import json
from collections import Counter

from pydantic import JsonValue

from graphs.document.model import Document, Node, join
from graphs.document.operations import (
    Add,
    Batch,
    Decorate,
    Interface,
    Move,
    Operation,
    Remove,
    Rename,
    Reset,
    SetMode,
    SetParameter,
    Title,
    Wire,
    level_at,
)
from graphs.errors import InputError

LONGEST_VALUE = 24
MOST_PARTS = 3

_THINGS = {"groups": "group", "notes": "note"}
_MODES = {"bypass": "bypassed", "mute": "muted", None: "switched on"}
_VERBS = ("added", "removed", "moved", "connected", "disconnected")
"""What can be told of several nodes at once."""


def describe(operation: Operation, document: Document) -> str:
    """What an operation does to the document that it is applied to, without the node's path where it is clear."""
    match operation:
        case Batch():
            return _several(operation, document)
        case SetParameter() | Reset():
            return _set(operation, document)
        case Decorate():
            return _decorated(operation, document)
        case Wire():
            return _wired(operation)
        case Move():
            return _moved(operation)
        case _:
            return _plainly(operation)


def _plainly(operation: Add | Remove | Rename | SetMode | Interface | Title) -> str:
    """What needs no look at the document."""
    match operation:
        case Add():
            return f"added {operation.id}"
        case Remove():
            return f"removed {operation.id}"
        case Rename():
            return f"renamed {operation.id} to {operation.to}"
        case SetMode():
            return f"{_MODES[operation.mode]} {operation.id}"
        case Title():
            return f"titled “{_short(operation.name)}”"
        case Interface():
            what = "input" if operation.side == "inputs" else "output"
            return f"{'removed' if operation.value is None else 'set'} the {what} {operation.name} of {operation.at}"


def _wired(operation: Wire) -> str:
    if operation.sources is None:
        return f"disconnected {operation.id}.{operation.port}"
    sources = operation.sources if isinstance(operation.sources, str) else ", ".join(operation.sources)
    return f"connected {_short(sources)} to {operation.id}.{operation.port}"


def _set(operation: SetParameter | Reset, document: Document) -> str:
    node = _node(document, operation.at, operation.id)
    before = node.params if node else {}
    if isinstance(operation, Reset):
        return f"{operation.name} back to its default"
    now = _shown(operation.value)
    return (
        f"{operation.name} {_shown(before[operation.name])} → {now}"
        if operation.name in before
        else f"{operation.name} {now}"
    )


def _node(document: Document, at: str, name: str) -> Node | None:
    try:
        return level_at(document, at).nodes.get(name)
    except InputError:  # in a level that an operation before makes
        return None


def _moved(operation: Move) -> str:
    count = len(operation.places)
    return f"moved {next(iter(operation.places))}" if count == 1 else f"moved {count} nodes"


def _decorated(operation: Decorate, document: Document) -> str:
    thing = _THINGS[operation.what]
    if operation.value is None:
        return f"removed a {thing}"
    try:
        view = level_at(document, operation.at).view
    except InputError:
        view = None
    entries = () if view is None else view.groups if operation.what == "groups" else view.notes
    known = any(entry.get("id") == operation.id for entry in entries)
    return f"{'changed' if known else 'added'} a {thing}"


def _several(operation: Batch, document: Document) -> str:
    """What is alike is counted; what follows a node that is added or removed goes without saying."""
    flat = list(_flat(operation))
    made = {join(one.at, one.id) for one in flat if isinstance(one, Add | Remove)}
    told = [one for one in flat if not _follows(one, made)] or flat
    texts = [describe(one, document) for one in told]
    moved = {join(one.at, name) for one in told if isinstance(one, Move) for name in one.places}
    counts = Counter(text.partition(" ")[0] for text in texts)
    parts = []
    for text in dict.fromkeys(texts):
        verb = text.partition(" ")[0]
        count = len(moved) if verb == "moved" else counts[verb]
        several = counts[verb] > 1 and verb in _VERBS
        parts.append(f"{verb} {count} {'wires' if verb.endswith('connected') else 'nodes'}" if several else text)
    parts = list(dict.fromkeys(parts))
    more = f" and {len(parts) - MOST_PARTS} more" if len(parts) > MOST_PARTS else ""
    return ", ".join(parts[:MOST_PARTS]) + more if parts else "changed nothing"


def _flat(operation: Operation) -> list[Operation]:
    if not isinstance(operation, Batch):
        return [operation]
    return [inner for part in operation.operations for inner in _flat(part)]


def _follows(operation: Operation, made: set[str]) -> bool:
    """Whether an operation only places or wires nodes that come or go in the same batch."""
    match operation:
        case Wire():
            return bool(made)
        case Move():
            return all(join(operation.at, name) in made for name in operation.places)
        case SetParameter() | Reset():
            return join(operation.at, operation.id) in made
        case _:
            return False


def _shown(value: JsonValue) -> str:
    return _short(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_VALUE else f"{line[: LONGEST_VALUE - 1]}…"
