"""What waits for one browser. It is bounded: a browser that reads slowly costs one merged message, never a queue."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from pydantic import JsonValue

from app.editor.news import Message, merge

MOST_WAITING = 200
"""Messages that wait for a browser; beyond that it is given the whole document anew."""


class Mailbox:
    """Messages in their order, each delivered; and news, of which only the newest counts."""

    def __init__(self) -> None:
        self._messages: list[Message] = []
        self._news: Message = {}
        self._overrun = False
        self._arrived, self._changed = asyncio.Event(), asyncio.Event()

    def post(self, message: Message) -> None:
        """A message that must arrive, in its order."""
        if len(self._messages) >= MOST_WAITING:
            self._messages.clear()
            self._overrun = True
        if not self._overrun:
            self._messages.append(message)
        self._arrived.set()

    def tell(self, change: Mapping[str, JsonValue]) -> None:
        """News, merged into what waits."""
        merge(self._news, change)
        self._changed.set()

    async def messages(self) -> list[Message] | None:
        """All that must arrive, once there is some; None where it was too much, and the document itself must."""
        await self._arrived.wait()
        self._arrived.clear()
        taken, overrun = self._messages, self._overrun
        self._messages, self._overrun = [], False
        return None if overrun else taken

    async def news(self) -> Message:
        """All that changed since it was last taken, once there is some."""
        await self._changed.wait()
        self._changed.clear()
        taken, self._news = self._news, {}
        return taken
