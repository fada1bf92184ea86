"""From a document to text: sorted, stable, one line for what fits on one, so that small edits make small diffs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel

from graphs.document.model import Document
from graphs.whole import write_whole

WIDTH = 120
"""Characters of a line; what fits stands on one."""


def dumps(document: Document) -> str:
    """The document as text. Two saves are byte-equal; empty parts are not written."""
    return _lay_out(_plain(document), "", 0) + "\n"


def save(document: Document, path: Path) -> None:
    """Write the document atomically: the file holds the old text or the new one, never half of one."""
    write_whole(path, dumps(document).encode(), prefix=f".{path.name}.", synced=True)


def _plain(value: object) -> object:
    """JSON with known keys in their order, names sorted, and nothing that says only the default."""
    if isinstance(value, BaseModel):
        known = type(value).model_fields
        entries = [(key, getattr(value, key)) for key in known]
        entries += sorted((value.model_extra or {}).items())
        return {
            key: _plain(entry)
            for key, entry in entries
            if key not in known
            or known[key].is_required()
            or key == "noiseloom"
            or entry != known[key].get_default(call_default_factory=True)
        }
    if isinstance(value, Mapping):
        return {key: _plain(value[key]) for key in sorted(value)}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    return value


def _lay_out(value: object, lead: str, indent: int) -> str:
    flat = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if (indent >= 2 or isinstance(value, list)) and (not value or len(flat) + len(lead) + 2 * indent < WIDTH):  # noqa: PLR2004
        return lead + flat
    pad = "  " * (indent + 1)
    if isinstance(value, dict):
        rows = [
            pad + _lay_out(entry, json.dumps(key, ensure_ascii=False) + ": ", indent + 1)
            for key, entry in value.items()
        ]
        return lead + "{\n" + ",\n".join(rows) + "\n" + "  " * indent + "}"
    if isinstance(value, list):
        rows = [pad + _lay_out(entry, "", indent + 1) for entry in value]
        return lead + "[\n" + ",\n".join(rows) + "\n" + "  " * indent + "]"
    return lead + flat
