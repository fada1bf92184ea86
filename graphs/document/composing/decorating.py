"""The groups and notes of one canvas put on another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graphs.document.composing.fresh import numbered
from graphs.document.composing.rewiring import moved
from graphs.document.grouping import renamed_members
from graphs.document.model import View
from graphs.document.operations import Decorate, Operation


def decorations(
    inner: View, around: View, at: str, names: Mapping[str, str], offset: tuple[float, float]
) -> Iterator[Operation]:
    """The groups and notes of one canvas put on another, under ids that are free there."""
    for group in (True, False):
        taken = {str(entry.get("id")) for entry in (around.groups if group else around.notes)}
        for entry in renamed_members(inner, names) if group else inner.notes:
            key = numbered(str(entry.get("id") or ("group" if group else "note")), taken)
            taken.add(key)
            yield Decorate(at=at, what="groups" if group else "notes", id=key, value=moved(entry, offset))
