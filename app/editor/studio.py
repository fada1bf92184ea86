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
from app.editor.news import Message, merge
from app.editor.room import Room, Visitor
from app.editor.runs.runs import Runs
from graphs.catalogue.catalogue import Catalogue
from graphs.document.operations import Batch, Operation
from graphs.errors import InputError

SHOW_AFTER = 0.03
"""Seconds after an edit before the engine is shown the document, so that a drag is planned for only now and then."""

SAVE_AFTER = 0.4
"""Seconds after an edit before the file is written, so that a drag writes it once."""


class Studio:
    """All that the server has. It lives on the event loop: nothing here is called from another thread."""

    def __init__(self, catalogue: Catalogue, library: Library, runs: Callable[[Callable[[Told], None]], Runs]) -> None:
        self.catalogue, self.library = catalogue, library
        self.runs = runs(self.hear)
        self.rooms: dict[str, Room] = {}
        self._common: Message = {}
        self.acts: Mapping[str, Act] = {
            "edit": self._edit,
            "command": self._command,
            "undo": lambda room, visitor, _: self._step(room, visitor, Session.undo),
            "redo": lambda room, visitor, _: self._step(room, visitor, Session.redo),
            "run": self._run,
            "stop": lambda room, _visitor, message: self._stop(room, message),
        }
        self._showing: dict[str, asyncio.TimerHandle] = {}
        self._saving: dict[str, asyncio.TimerHandle] = {}

    def enter(self, session: Session) -> Room:
        """The room of an open document; the engine is shown it when it is the first time."""
        room = self.rooms.get(session.id)
        if room is None:
            room = self.rooms[session.id] = Room(session, live={**self._common})
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
        room.tell_notes()
        if edit is None:
            return
        room.edited(edit)
        for waiting, seconds, act in ((self._showing, SHOW_AFTER, self._show), (self._saving, SAVE_AFTER, self._save)):
            if room.session.id not in waiting:
                waiting[room.session.id] = asyncio.get_running_loop().call_later(seconds, act, room)

    def save(self, room: Room) -> None:
        """Write a document's file now; `InputError` where that cannot be. What another program wrote is taken in."""
        self.took(room, room.session.save())

    def hear(self, told: Told) -> None:
        """News of the engine and the queue, for the pages that they are about."""
        change, document = _change(told), str(told.get("document", ""))
        if told["kind"] in _EVERYWHERE:
            merge(self._common, change)
        rooms = self.rooms.values() if told["kind"] in _EVERYWHERE else filter(None, [self.rooms.get(document)])
        for room in rooms:
            room.tell(change)
        if told["kind"] == "result":
            self._picture(document, told)

    async def close(self) -> None:
        """Save everything and end the engine."""
        await self.runs.close()
        for handle in (*self._showing.values(), *self._saving.values()):
            handle.cancel()
        self.library.close()

    def _picture(self, document: str, told: Told) -> None:
        """The newest picture of a document stands for it on the start page."""
        view = told.get("view")
        items = view.get("items") if isinstance(view, dict) else None
        if isinstance(items, list) and items and isinstance(items[0], dict):
            self.library.set_thumbnail(document, str(items[0]["url"]))

    def look(self) -> None:
        """Take in what other programs wrote into the files of documents that somebody looks at."""
        for room in list(self.rooms.values()):
            if room.visitors:
                self._attempt(room, room.session.look)

    def _save(self, room: Room) -> None:
        self._saving.pop(room.session.id, None)
        self._attempt(room, room.session.save)
        self.library.note(room.session)

    def _attempt(self, room: Room, act: Callable[[], Edited | None]) -> None:
        """Do what the disk may refuse; everybody here is told, and the history has every edit all the same."""
        try:
            self.took(room, act())
        except InputError as error:
            for visitor in room.visitors:
                visitor.mailbox.post({"kind": "told", "level": "error", "text": str(error)})

    def _show(self, room: Room) -> None:
        self._showing.pop(room.session.id, None)
        shown = room.session.snapshot()
        self.runs.desk.show(room.session.id, room.session.revision, shown["document"], str(room.session.place))

    def _edit(self, room: Room, visitor: Visitor, message: Mapping[str, JsonValue]) -> None:
        label = _text(message, "label", "")
        self._make(room, visitor, message, lambda: read_operation(message.get("operation")), label)

    def _command(self, room: Room, visitor: Visitor, message: Mapping[str, JsonValue]) -> None:
        """An edit that is worked out here, since it needs the catalogue."""
        arguments = message.get("arguments")
        command: JsonValue = {**(arguments if isinstance(arguments, dict) else {}), "do": message.get("name")}
        self._make(room, visitor, message, lambda: composed(command, room.session.document, self.catalogue), "")

    def _make(
        self,
        room: Room,
        visitor: Visitor,
        message: Mapping[str, JsonValue],
        operation: Callable[[], Operation],
        label: str,
    ) -> None:
        """Edit as a page wants it; what it sent before, because it had not heard of it, is confirmed once more."""
        number, session = _number(message), room.session
        known = number <= session.last_number(visitor.client)
        wanted = Batch(operations=()) if known else operation()
        edit = session.edit(wanted, author=visitor.author, client=visitor.client, number=number, label=label)
        if known:
            room.confirm(edit, visitor)
        else:
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
