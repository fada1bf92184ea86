"""Media by name: what was only shown, for a while in memory; what a run gave, in the gallery's folder."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

from app.editor.engine.merging import media_of
from app.editor.engine.messages import News
from app.editor.runs.shelf import Shelf

PREVIEW_BYTES = 8 * 2**20
VIEW_BYTES = 24 * 2**20
"""Bytes that are kept in memory: of previews, which come many a second, and of what nodes gave."""

TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp", "json": "application/json"}


class Recent:
    """What was used last, up to so many bytes."""

    def __init__(self, most: int) -> None:
        self.most, self.size = most, 0
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    def put(self, name: str, content: bytes) -> None:
        """Keep a content, and let go what was used longest ago."""
        before = self._kept.pop(name, b"")
        self._kept[name] = content
        self.size += len(content) - len(before)
        while self.size > self.most:
            _, gone = self._kept.popitem(last=False)
            self.size -= len(gone)

    def get(self, name: str) -> bytes | None:
        """A content, where it is still there."""
        if name in self._kept:
            self._kept.move_to_end(name)
        return self._kept.get(name)


class Media:
    """Where a name leads."""

    def __init__(self, shelf: Shelf, preview_bytes: int = PREVIEW_BYTES, view_bytes: int = VIEW_BYTES) -> None:
        self.shelf = shelf
        self.previews, self.views = Recent(preview_bytes), Recent(view_bytes)

    def keep(self, news: News) -> None:
        """Keep the media that came with some news."""
        if not news.media:
            return
        passing = set(media_of(news.told.get("preview")))
        for name, content in news.media.items():
            (self.previews if name in passing else self.views).put(name, content)

    def find(self, name: str) -> bytes | Path | None:
        """The content or the file of that name; None where there is none."""
        return self.views.get(name) or self.previews.get(name) or self.shelf.path(name)


def content_type(name: str) -> str:
    """What a browser is told that it gets."""
    return TYPES.get(name.rpartition(".")[2], "application/octet-stream")
