"""From one document to another as one operation, so that an exchange of the whole is an edit like others."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Literal, TypeAlias

from pydantic import JsonValue

from graphs.document.model import Document, Level, Node, Subgraph, View, join
from graphs.document.operations import (
    Add,
    Batch,
    Decorate,
    Interface,
    Move,
    Operation,
    Remove,
    Reset,
    SetMode,
    SetParameter,
    Title,
    Wire,
    apply,
    level_at,
)

Decorated: TypeAlias = Literal["groups", "notes"]
Entries: TypeAlias = tuple[Mapping[str, JsonValue], ...]


def differences(before: Document, after: Document) -> Batch:
    """What makes one document the other, byte for byte once it is written.

    No operation says what a document or its view keeps under unknown keys, nor changes groups and notes whose "id" is
    no text or stands twice: those stay as they are.
    """
    work = _Work(before)
    if before.name != after.name:
        work.do(Title(name=after.name))
    work.level("", after)
    return Batch(operations=tuple(work.operations))


class _Work:
    """The document on its way, and the operations so far."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.operations: list[Operation] = []

    def do(self, operation: Operation) -> None:
        self.document = apply(self.document, operation).document
        self.operations.append(operation)

    def now(self, at: str) -> Level:
        return level_at(self.document, at)

    def level(self, at: str, after: Level) -> None:
        """First nodes that go or are others, then nodes that come, then what joins them, then the canvas."""
        before = self.now(at)
        if before is after:
            return
        other = [name for name, node in before.nodes.items() if not _same_kind(node, after.nodes.get(name))]
        for name in other:
            self.do(Remove(at=at, id=name))
        for name, node in after.nodes.items():
            if name not in before.nodes or name in other:
                self.do(Add(at=at, id=name, node=node))
        for name, node in after.nodes.items():
            self.node(at, name, node)
        now = self.now(at)
        if isinstance(now, Subgraph) and isinstance(after, Subgraph):
            self.interface(at, now, after)
        self.view(at, self.now(at).view or View(), after.view or View())

    def node(self, at: str, name: str, after: Node) -> None:
        """Whether it is on, wires, parameters, and what is inside."""
        now = self.now(at).nodes[name]
        if now is after:
            return
        if now.mode != after.mode:
            self.do(SetMode(at=at, id=name, mode=after.mode))
        for port in _changed(now.inputs, after.inputs):
            self.do(Wire(at=at, id=name, port=port, sources=after.inputs.get(port)))
        for key in _changed(now.params, after.params):
            if key in after.params:
                self.do(SetParameter(at=at, id=name, name=key, value=after.params[key]))
            else:
                self.do(Reset(at=at, id=name, name=key))
        if after.graph is not None:
            self.level(join(at, name), after.graph)

    def interface(self, at: str, now: Subgraph, after: Subgraph) -> None:
        """What a subgraph takes and gives."""
        for name in _changed(now.inputs, after.inputs):
            self.do(Interface(at=at, side="inputs", name=name, value=after.inputs.get(name)))
        for name in _changed(now.outputs, after.outputs):
            self.do(Interface(at=at, side="outputs", name=name, value=after.outputs.get(name)))

    def view(self, at: str, now: View, after: View) -> None:
        """Where things lie."""
        places = {name: after.nodes.get(name) for name in _changed(now.nodes, after.nodes)}
        if places:
            self.do(Move(at=at, places=places))
        self.decorations(at, "groups", now.groups, after.groups)
        self.decorations(at, "notes", now.notes, after.notes)

    def decorations(self, at: str, what: Decorated, now: Entries, after: Entries) -> None:
        """Groups or notes: changed where they stand, or else taken away and put in order."""
        if _text(now) == _text(after):
            return
        kept, wanted = _names(now), _names(after)
        if kept == wanted and len(now) == len(after):
            for entry, other in zip(now, after, strict=True):
                if _text(entry) != _text(other) and isinstance(name := other.get("id"), str) and name in wanted:
                    self.do(Decorate(at=at, what=what, id=name, value=other))
            return
        for name in kept:
            self.do(Decorate(at=at, what=what, id=name, value=None))
        stay = {entry.get("id") for entry in now if entry.get("id") not in kept}
        for index, entry in enumerate(after):
            name = entry.get("id")
            if isinstance(name, str) and name in wanted and name not in stay:
                self.do(Decorate(at=at, what=what, id=name, value=entry, index=index))


def _same_kind(node: Node, other: Node | None) -> bool:
    """Whether wires, parameters and what is inside are all that can differ, and operations can say it."""
    if other is None:
        return False
    if node is other:
        return True
    fixed = [
        (one.type, one.version, one.model_extra or {}, None if one.graph is None else _fixed(one.graph))
        for one in (node, other)
    ]
    return _text(fixed[0]) == _text(fixed[1])


def _fixed(level: Subgraph) -> list[object]:
    """What no operation changes at a level."""
    view = level.view or View()
    stay = [
        [entry for entry in entries if entry.get("id") not in _names(entries)] for entries in (view.groups, view.notes)
    ]
    return [level.model_extra or {}, view.model_extra or {}, stay]


def _names(entries: Entries) -> list[str]:
    """The ids that an operation can name: texts that stand once."""
    counts = Counter(name for entry in entries if isinstance(name := entry.get("id"), str))
    return [name for name, count in counts.items() if count == 1]


def _changed(now: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    """The keys whose values differ once they are written; 1, 1.0 and true are not the same."""
    keys = dict.fromkeys([*now, *after])
    return [key for key in keys if (key in now) != (key in after) or _text(now[key]) != _text(after[key])]


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True)
