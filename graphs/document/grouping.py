"""The groups of a view that list their members, as {"id", "nodes": [ids]}."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from graphs.document.model import View


def grouped(groups: Sequence[Mapping[str, JsonValue]]) -> dict[str, tuple[int, list[JsonValue]]]:
    """Position and members of each group that lists any, by its id; one that no operation can name is left alone."""
    names = Counter(group["id"] for group in groups if isinstance(group.get("id"), str))
    found: dict[str, tuple[int, list[JsonValue]]] = {}
    for index, group in enumerate(groups):
        key, members = group.get("id"), group.get("nodes")
        if isinstance(key, str) and names[key] == 1 and isinstance(members, list):
            found[key] = index, members
    return found


def renamed_members(view: View, names: Mapping[str, str]) -> tuple[Mapping[str, JsonValue], ...]:
    """The groups, their members under new names."""
    groups = list(view.groups)
    for index, members in grouped(view.groups).values():
        changed: list[JsonValue] = [
            names.get(member, member) if isinstance(member, str) else member for member in members
        ]
        groups[index] = {**groups[index], "nodes": changed}
    return tuple(groups)
