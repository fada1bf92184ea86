"""News on its way out: merged while it waits, so that a reader that does not read costs no memory."""

from __future__ import annotations

import threading
from itertools import count

from app.editor.engine.merging import Key, key_of, merged
from app.editor.engine.messages import News

MOST_BYTES = 32 * 2**20
"""Bytes of media that wait at the most; who has more to tell waits, too."""

MOST_LINES = 200
"""Lines of the log that wait at the most; the oldest are left out first."""


class Outbox:
    """What waits to be sent."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self._waiting: dict[Key, News] = {}
        self._changed = threading.Condition()
        self._closed = False
        self._lines = count()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, news: News) -> None:
        """Add some news; where too many bytes wait, not before they are taken."""
        with self._changed:
            while news.media and self._bytes() > self.most_bytes and not self._closed:
                self._changed.wait()
            if news.kind == "log":
                self._add_line(news)
            else:
                key = key_of(news.told)
                before = self._waiting.pop(key, None)
                self._waiting[key] = news if before is None else merged(before, news)
            self._changed.notify_all()

    def take(self) -> list[News]:
        """All that waits, the oldest first, as soon as there is any; nothing once it is closed."""
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            found = list(self._waiting.values())
            self._waiting.clear()
            self._changed.notify_all()
            return found

    def close(self) -> None:
        """Nobody takes anything any more, and nobody waits for it."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _bytes(self) -> int:
        return sum(len(content) for news in self._waiting.values() for content in news.media.values())

    def _add_line(self, news: News) -> None:
        lines = [key for key in self._waiting if key[0] == "log"]
        if len(lines) >= MOST_LINES:
            del self._waiting[lines[0]]
        self._waiting["log", str(next(self._lines))] = news
