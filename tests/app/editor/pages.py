"""A page's end of its socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Mapping
from typing import TypeVar

from pydantic import JsonValue
from starlette.types import ASGIApp, Message, Receive, Scope, Send

T = TypeVar("T")
Heard = dict[str, JsonValue]

PATIENCE = 20.0
"""Seconds after which what must be said was not."""


class Page:
    """Says and hears JSON. `closed` is the code with which the editor closed the socket, once it was heard."""

    def __init__(self, runner: asyncio.Runner, app: ASGIApp, path: str, headers: Mapping[str, str]) -> None:
        self.runner, self.welcome = runner, Heard()
        self.closed: int | None = None
        self._said: asyncio.Queue[Message] = asyncio.Queue()
        self._heard: asyncio.Queue[Message] = asyncio.Queue()
        self._said.put_nowait({"type": "websocket.connect"})
        scope: Scope = {
            "type": "websocket",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "scheme": "ws",
            "subprotocols": [],
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        }
        self._serving = runner.get_loop().create_task(_serve(app, scope, self._said.get, self._heard.put))

    def send(self, text: str) -> None:
        """Send a frame."""
        self._said.put_nowait({"type": "websocket.receive", "text": text})

    def say(self, message: JsonValue) -> None:
        """Send a message."""
        self.send(json.dumps(message))

    def edit(self, number: int, operation: JsonValue, label: str = "") -> None:
        """Send an edit."""
        self.say({"kind": "edit", "number": number, "operation": operation, "label": label})

    def hear(self, *kinds: str) -> Heard:
        """The next message of one of these kinds; those of other kinds are read and left."""
        while (found := self._next()) is not None:
            if found["kind"] in kinds:
                return found
        raise ConnectionError(self.closed)

    def until_closed(self) -> list[Heard]:
        """All that is said until the socket is closed."""
        found = []
        while (message := self._next()) is not None:
            found.append(message)
        return found

    def go(self) -> None:
        """Go away; returns when the editor has noticed."""
        self._said.put_nowait({"type": "websocket.disconnect", "code": 1001})
        self.runner.run(_patiently(self._serving))

    def _next(self) -> Heard | None:
        while self.closed is None:
            message = self.runner.run(_patiently(self._heard.get()))
            if message["type"] == "websocket.send":
                found: Heard = json.loads(message["text"])
                return found
            if message["type"] == "websocket.close":
                self.closed = int(message["code"])
        return None


async def _serve(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)


async def _patiently(what: Awaitable[T]) -> T:
    return await asyncio.wait_for(what, PATIENCE)
