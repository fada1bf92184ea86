"""The socket of a page: edits come in, everybody's edits and the news of runs go out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress

from fastapi import WebSocket, WebSocketDisconnect
from pydantic import JsonValue

from app.editor.news import Message
from app.editor.room import Room, Visitor
from graphs.errors import InputError, NoiseloomError

NEWS_EVERY = 1 / 30
"""Seconds between two news to one page, at the least."""

REFUSED = 4401
"""The code with which a socket is closed whose page is not, or no longer, signed in."""

Act = Callable[[Room, Visitor, Mapping[str, JsonValue]], None]
"""What a message of a page does."""


async def serve_page(socket: WebSocket, room: Room, author: str, acts: Mapping[str, Act]) -> None:
    """Talk with a page until it goes. `acts` are what it may ask for, by the kind of message."""
    hello = json.loads(await socket.receive_text())
    visitor = Visitor(author, str(hello["client"]))
    visitor.mailbox.post(room.welcome(visitor))
    room.visitors.add(visitor)
    read = asyncio.Event()
    sending = [
        asyncio.create_task(_send_messages(socket, room, visitor)),
        asyncio.create_task(_send_news(socket, visitor, read)),
    ]
    try:
        with suppress(WebSocketDisconnect):
            while True:
                _take(room, visitor, json.loads(await socket.receive_text()), acts, read)
    finally:
        room.visitors.discard(visitor)
        for task in sending:
            task.cancel()
        await asyncio.gather(*sending, return_exceptions=True)


def _take(
    room: Room, visitor: Visitor, message: Mapping[str, JsonValue], acts: Mapping[str, Act], read: asyncio.Event
) -> None:
    """Do what a page asks for; what cannot be done is said to it and nothing else happens."""
    kind = str(message.get("kind"))
    if kind == "got":
        read.set()
        return
    try:
        if kind not in acts:
            raise InputError(f"there is no message '{kind}'", allowed=", ".join(sorted(acts)))
        acts[kind](room, visitor, message)
    except NoiseloomError as error:
        visitor.mailbox.post(_refusal(room, message, str(error)))


def _refusal(room: Room, message: Mapping[str, JsonValue], text: str) -> Message:
    if isinstance(message.get("number"), int):
        return {
            "kind": "refused",
            "number": message["number"],
            "message": text,
            "snapshot": room.session.snapshot(),
        }
    return {"kind": "told", "level": "warning", "text": text}


async def _send_messages(socket: WebSocket, room: Room, visitor: Visitor) -> None:
    """Send what must arrive; the socket's own backpressure holds it up where the page does not read."""
    while True:
        waiting = await visitor.mailbox.messages()
        for message in [room.welcome(visitor)] if waiting is None else waiting:
            await socket.send_text(_text(message))


async def _send_news(socket: WebSocket, visitor: Visitor, read: asyncio.Event) -> None:
    """Send what changed, at most so often, and only when the page has read the last news."""
    while True:
        await socket.send_text(_text({"kind": "news", **await visitor.mailbox.news()}))
        await asyncio.sleep(NEWS_EVERY)
        await read.wait()
        read.clear()


def _text(message: Message) -> str:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))
