"""The editor without a browser: open documents, who looks at them, and what a page may ask for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from pydantic import JsonValue

from app.editor.composing import composed
from app.editor.documents.library import Library
from app.editor.documents.records import Edited
from app.editor.documents.session import Session
from app.editor.edits import read_operation
from app.editor.engine.messages import Told
from app.editor.live import Act
from app.editor.news import Message
from app.editor.room import Room, Visitor
from app.editor.runs.runs import Runs
from graphs.catalogue.catalogue import Catalogue
from graphs.errors import InputError

SAVE_AFTER = 0.4
"""Seconds after an edit before the file is written, so that a drag writes it once."""


class Studio:
    """All that the server has. It lives on the event loop: nothing here is called from another thread."""

    def __init__(self, catalogue: Catalogue, library: Library, runs: Callable[[Callable[[Told], None]], Runs]) -> None:
        self.catalogue, self.library = catalogue, library
        self.runs = runs(self.hear)
        self.rooms: dict[str, Room] = {}
        self.acts: Mapping[str, Act] = {
            "edit": self._edit,
            "command": self._command,
            "undo": lambda room, visitor, _: self._step(room, visitor, Session.undo),
            "redo": lambda room, visitor, _: self._step(room, visitor, Session.redo),
            "run": self._run,
            "stop": lambda room, _visitor, message: self._stop(room, message),
        }
        self._saving: dict[str, asyncio.TimerHandle] = {}

    def enter(self, session: Session) -> Room:
        """The room of an open document; the engine is shown it when it is the first time."""
        room = self.rooms.get(session.id)
        if room is None:
            room = self.rooms[session.id] = Room(session)
            self._show(room)
        return room

    def room(self, document: str) -> Room:
        """The room of a document by its id; `InputError` where there is no such document."""
        known = self.rooms.get(document)
        if known is not None:
            return known
        session = self.library.session(document)
        if session is None:
            raise InputError("there is no such document", where=document, mend="choose one on the start page")
        return self.enter(session)

    def leave(self, document: str) -> None:
        """Close the room of a document that is put away; who is still there is told."""
        room = self.rooms.pop(document, None)
        if room is not None:
            self.runs.desk.forget(document)
            for visitor in room.visitors:
                visitor.mailbox.post({"kind": "gone"})

    def took(self, room: Room, edit: Edited | None) -> None:
        """An edit was made: everybody sees it, the engine plans anew, the file is written soon."""
        if edit is None:
            return
        room.edited(edit)
        self._show(room)
        if room.session.id not in self._saving:
            later = asyncio.get_running_loop().call_later
            self._saving[room.session.id] = later(SAVE_AFTER, self._save, room)

    def hear(self, told: Told) -> None:
        """News of the engine and the queue, for the pages that they are about."""
        change, document = _change(told), str(told.get("document", ""))
        rooms = self.rooms.values() if told["kind"] in _EVERYWHERE else filter(None, [self.rooms.get(document)])
        for room in rooms:
            room.tell(change)

    async def close(self) -> None:
        """Save everything and end the engine."""
        await self.runs.close()
        for handle in self._saving.values():
            handle.cancel()
        self.library.close()

    def _save(self, room: Room) -> None:
        self._saving.pop(room.session.id, None)
        self.took(room, room.session.save())

    def _show(self, room: Room) -> None:
        shown = room.session.snapshot()
        self.runs.desk.show(room.session.id, room.session.revision, shown["document"], str(room.session.place))

    def _edit(self, room: Room, visitor: Visitor, message: Mapping[str, JsonValue]) -> None:
        operation = read_operation(message.get("operation"))
        number, label = _number(message), _text(message, "label", "")
        edit = room.session.edit(operation, author=visitor.author, client=visitor.client, number=number, label=label)
        self.took(room, edit)

    def _step(self, room: Room, visitor: Visitor, step: Callable[[Session, str], Edited | None]) -> None:
        self.took(room, step(room.session, visitor.author))

    def _run(self, room: Room, _: Visitor, message: Mapping[str, JsonValue]) -> None:
        wanted, session = message.get("targets"), room.session
        self.runs.run(
            session.id,
            session.revision,
            session.snapshot()["document"],
            str(session.place),
            [str(target) for target in wanted] if isinstance(wanted, list) else [],
            front=message.get("front") is True,
            replace=message.get("replace") is True,
        )

    def _stop(self, room: Room, message: Mapping[str, JsonValue]) -> None:
        """Stop one job, or all of the document."""
        job = _text(message, "job", "")
        if job:
            self.runs.queue.cancel(job)
        else:
            self.runs.queue.cancel_all(room.session.id)

    def _command(self, room: Room, visitor: Visitor, message: Mapping[str, JsonValue]) -> None:
        """An edit that is worked out here, since it needs the catalogue."""
        arguments = message.get("arguments")
        command: JsonValue = {**(arguments if isinstance(arguments, dict) else {}), "do": message.get("name")}
        operation, label = composed(command, room.session.document, self.catalogue), _text(message, "name")
        number = _number(message)
        edit = room.session.edit(operation, author=visitor.author, client=visitor.client, number=number, label=label)
        self.took(room, edit)


_EVERYWHERE = ("engine", "queue")
"""The news that are about no single document."""


def _change(told: Told) -> Message:
    """News as a page takes them: under their kind, those of nodes by node."""
    kind = str(told["kind"])
    rest = {key: value for key, value in told.items() if key not in ("kind", "document")}
    match kind:
        case "node":
            return {"nodes": {str(rest.pop("node")): rest}}
        case "log":
            return {"log": [rest]}
        case "result":
            return {"results": [rest["item"]]} if rest.get("item") else {}
        case _:
            return {kind: rest}


def _number(message: Mapping[str, JsonValue]) -> int:
    number = message.get("number")
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise InputError("an edit needs its number", where="number", allowed="1, 2, 3, …")
    return number


def _text(message: Mapping[str, JsonValue], key: str, default: str | None = None) -> str:
    value = message.get(key, default)
    if not isinstance(value, str):
        raise InputError("this must be text", where=key)
    return value
