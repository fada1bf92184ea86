"""What of a document changed, where it is nothing but values: then a retained graph looks only that up again."""

from __future__ import annotations

import json
from collections.abc import Iterator

from graphs.document.model import Document, Node
from graphs.document.operations import Reset, SetParameter


def value_changes(old: Document, new: Document) -> list[SetParameter | Reset] | None:
    """The operations that set the values of `new`; None where more than values of its own nodes changed.

    What the view keeps is not looked at: no plan depends on it.
    """
    if old.nodes.keys() != new.nodes.keys():
        return None
    found: list[SetParameter | Reset] = []
    for name, after in new.nodes.items():
        before = old.nodes[name]
        if before is after:
            continue
        if after.graph is not None or before.graph is not None:
            if before.model_dump_json() != after.model_dump_json():
                return None
        elif _bare(before) != _bare(after):
            return None
        found += _set(name, before, after)
    return found


def _bare(node: Node) -> Node:
    return node.model_copy(update={"params": {}})


def _set(name: str, before: Node, after: Node) -> Iterator[SetParameter | Reset]:
    for key in before.params.keys() - after.params.keys():
        yield Reset(id=name, name=key)
    for key, value in after.params.items():
        if key not in before.params or _text(before.params[key]) != _text(value):
            yield SetParameter(id=name, name=key, value=value)


def _text(value: object) -> str:
    """A value as it is written: 1 and true are two."""
    return json.dumps(value, sort_keys=True)
