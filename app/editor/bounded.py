"""Bodies and messages that end at a size."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.editor.bucket import Bucket
from app.editor.plain_pages import as_json

LARGEST_MESSAGE = 2**20
"""Bytes of one message of a WebSocket."""

TOO_LARGE = 1009
"""The close code of a WebSocket for a message that is too large."""


class _BodyTooLargeError(Exception):
    """Ends the reading of a body; the answer is 413, whatever the reader makes of this."""


@dataclass
class BoundedBody:
    """One request whose body is refused with 413 as soon as it is known to be too large."""

    most: int
    receive_on: Receive
    send_on: Send
    _read: int = 0
    _answered: bool = False
    _exceeded: bool = False

    async def serve(self, app: ASGIApp, scope: Scope) -> None:
        """Answer by the app, or with 413."""
        declared = Headers(scope=scope).get("content-length", "0")
        if not (declared.isascii() and declared.isdigit()) or int(declared[:20]) > self.most:
            self._exceeded = True
        else:
            try:
                await app(scope, self.receive, self.send)
            except _BodyTooLargeError:
                self._exceeded = True
        if self._exceeded and not self._answered:
            message = f"this is too large: at most {self.most // 2**20} MiB are taken here"
            await error(413, message)(scope, self.receive_on, self.send_on)

    async def receive(self) -> Message:
        """The next part of the body."""
        message = await self.receive_on()
        self._read += len(message.get("body", b""))
        if self._read > self.most:
            self._exceeded = True
            raise _BodyTooLargeError
        return message

    async def send(self, message: Message) -> None:
        """Pass an answer on, unless it is a reader's complaint about the body that was cut off."""
        if self._exceeded and not self._answered:
            return
        self._answered = True
        await self.send_on(message)


@dataclass
class BoundedSocket:
    """One WebSocket: a flood waits, so that it backs up to its sender; a message that is too large ends it."""

    bucket: Bucket
    receive_on: Receive
    send_on: Send
    pause: Callable[[float], Awaitable[None]]

    async def receive(self) -> Message:
        """The next message, not before its time."""
        message = await self.receive_on()
        if message["type"] != "websocket.receive":
            return message
        if size_of(message) > LARGEST_MESSAGE:
            await self.send_on({"type": "websocket.close", "code": TOO_LARGE, "reason": "the message is too large"})
            return {"type": "websocket.disconnect", "code": TOO_LARGE, "reason": ""}
        while wait := self.bucket.take():
            await self.pause(wait)
        return message


def size_of(message: Message) -> int:
    """The bytes of a message of a WebSocket."""
    text = message.get("text") or ""
    return len(message.get("bytes") or b"") + (len(text) if text.isascii() else len(text.encode()))


def error(status: int, message: str) -> Response:
    """An answer that says what was too much."""
    return Response(as_json(message), status, media_type="application/json")
