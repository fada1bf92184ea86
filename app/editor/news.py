"""News for a browser: what changed since the last, merged so that only the newest counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from pydantic import JsonValue

Message: TypeAlias = dict[str, JsonValue]

MOST_LINES = 500
"""Lines of the log that wait for a browser at the most; older ones are left out."""

MOST_RESULTS = 100

_LISTS = {"log": MOST_LINES, "results": MOST_RESULTS}


def merge(before: Message, change: Mapping[str, JsonValue]) -> None:
    """Take a change into what waits: nodes field by field, the log at its end, all else replaced."""
    for key, value in change.items():
        if key == "nodes" and isinstance(value, Mapping):
            nodes = before.setdefault("nodes", {})
            if isinstance(nodes, dict):
                _merge_nodes(nodes, value)
        elif key in _LISTS and isinstance(value, Sequence):
            known = before.get(key)
            whole = [*known, *value] if isinstance(known, list) else [*value]
            before[key] = whole[-_LISTS[key] :]
        else:
            before[key] = value


def _merge_nodes(nodes: dict[str, JsonValue], changes: Mapping[str, JsonValue]) -> None:
    for node, change in changes.items():
        known = nodes.get(node)
        if isinstance(known, dict) and isinstance(change, Mapping):
            nodes[node] = {**known, **change, **_views(known, change)}
        else:
            nodes[node] = change


def _views(known: Mapping[str, JsonValue], change: Mapping[str, JsonValue]) -> Message:
    """The views of all ports, where both have some."""
    before, more = known.get("views"), change.get("views")
    return {"views": {**before, **more}} if isinstance(before, dict) and isinstance(more, dict) else {}
