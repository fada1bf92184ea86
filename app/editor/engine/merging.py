"""News that was not sent yet, and newer news of the same, as one: what waits stays as small as what there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from pydantic import JsonValue

from app.editor.engine.messages import News, Told

Key: TypeAlias = tuple[str, ...]


def key_of(told: Told) -> Key:
    """What the news is about; of two with the same key, one is enough."""
    kind, document = str(told["kind"]), str(told.get("document", ""))
    match kind:
        case "node":
            return (kind, document, str(told["node"]))
        case "job":
            return (kind, document, str(told["job"]))
        case "result":
            return (kind, document, str(told["job"]), str(told["node"]), str(told["port"]))
        case _:
            return (kind, document)


def merged(old: News, new: News) -> News:
    """Both as one; what the newer one says counts, and pictures that nobody would see are left out."""
    if new.kind not in ("node", "job") or old.job != new.job:
        return new
    told: Told = {**old.told, **new.told}
    before, after = old.told.get("views"), new.told.get("views")
    if isinstance(before, dict) and isinstance(after, dict):
        told["views"] = {**before, **after}
    seen = set(named(told))
    return News(told, {name: content for name, content in {**old.media, **new.media}.items() if name in seen})


def named(told: Told) -> Iterator[str]:
    """The names of the media that the views of some news name."""
    views = told.get("views")
    for view in (told.get("preview"), told.get("view"), *(views.values() if isinstance(views, dict) else ())):
        yield from media_of(view)


def media_of(view: JsonValue) -> Iterator[str]:
    """The names of the media that a view names."""
    if not isinstance(view, dict):
        return
    items = view.get("items")
    urls = [item.get("url") for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    for url in (*urls, view.get("data")):
        if isinstance(url, str):
            yield url.rpartition("/")[2]
