"""Items of the gallery, between rows of its index and JSON."""

from __future__ import annotations

import datetime as dt
import json

from app.editor.engine.messages import Told

COLUMNS = "id, at, document, name, job, node, port, cell, type, kind, view, graph, digest, seconds, nfe, favourite"
"""The columns of an item, in the order of its rows."""
DIGITS = 18
"""Digits of a number that surely fits into 64 bits."""


def item_of(row: tuple[object, ...]) -> Told:
    """An item as JSON."""
    found = dict(zip(COLUMNS.split(", "), row, strict=True))
    at, view, favourite = found.pop("at"), found.pop("view"), found.pop("favourite")
    when = dt.datetime.fromtimestamp(float(str(at)), dt.UTC).isoformat(timespec="milliseconds")
    plain: Told = {key: value if isinstance(value, (int, float)) else str(value) for key, value in found.items()}
    return {**plain, "id": str(plain["id"]), "when": when, "view": json.loads(str(view)), "favourite": bool(favourite)}


def number_of(item: str) -> int:
    """The number of an item; a text that is no number belongs to none."""
    return int(item) if item.isascii() and item.isdigit() and len(item) <= DIGITS else -1


def pattern_of(words: str) -> str:
    """What SQLite looks for to find these words anywhere, as they are."""
    return "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
