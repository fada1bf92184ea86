"""The socket of a page: edits come in, everybody's edits and the news of runs go out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress

from fastapi import WebSocket, WebSocketDisconnect
from pydantic import JsonValue

from app.editor.documents.words import plain
from app.editor.news import Message
from app.editor.room import Room, Visitor
from graphs.errors import InputError, NoiseloomError

NEWS_EVERY = 1 / 30
"""Seconds between two news to one page, at the least."""

REFUSED = 4401
"""The code with which a socket is closed whose page is not, or no longer, signed in."""

Act = Callable[[Room, Visitor, Mapping[str, JsonValue]], None]
"""What a message of a page does."""


async def serve_page(
    socket: WebSocket, room: Room, author: str, acts: Mapping[str, Act], is_ours: Callable[[str], bool]
) -> None:
    """Talk with a page until it goes. `acts` are what it may ask for, by the kind of message.

    It has to say who it is first, with a token that `is_ours`.
    """
    try:
        client = _client(await _message(socket), is_ours)
    except WebSocketDisconnect:
        return
    if client is None:
        await socket.close(REFUSED)
        return
    visitor = Visitor(author, client)
    room.enter(visitor)
    read = asyncio.Event()
    sending = [
        asyncio.create_task(_send_messages(socket, room, visitor)),
        asyncio.create_task(_send_news(socket, visitor, read)),
    ]
    try:
        with suppress(WebSocketDisconnect):
            while True:
                _take(room, visitor, await _message(socket), acts, read)
    finally:
        room.visitors.discard(visitor)
        for task in sending:
            task.cancel()
        await asyncio.gather(*sending, return_exceptions=True)


async def _message(socket: WebSocket) -> Mapping[str, JsonValue]:
    """The next message of a page; an empty one where it is none. `WebSocketDisconnect` where the page has gone."""
    frame = await socket.receive()
    if frame["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(frame.get("code", 1000))
    try:
        found: JsonValue = json.loads(frame.get("text") or "")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _client(hello: Mapping[str, JsonValue], is_ours: Callable[[str], bool]) -> str | None:
    """The tab that says hello; None where it does not, or is no page of ours."""
    client, token = hello.get("client"), hello.get("token")
    ours = hello.get("kind") == "hello" and isinstance(token, str) and is_ours(token)
    return client if ours and isinstance(client, str) and client else None


def _take(
    room: Room, visitor: Visitor, message: Mapping[str, JsonValue], acts: Mapping[str, Act], read: asyncio.Event
) -> None:
    """Do what a page asks for; what cannot be done is said to it and nothing else happens."""
    kind = str(message.get("kind", ""))
    if kind == "got":
        read.set()
        return
    try:
        if kind not in acts:
            raise InputError(f"there is no message '{plain(kind)}'", allowed=", ".join(sorted(acts)))
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
