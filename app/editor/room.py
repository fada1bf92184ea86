"""A document that people look at: the session, whoever looks, and what is known of its runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from app.editor.documents.records import Edited
from app.editor.documents.session import Session
from app.editor.edits import operation_json
from app.editor.mailbox import Mailbox
from app.editor.news import Message, merge


@dataclass(eq=False)
class Visitor:
    """One page that shows the document: who it is, and what waits for it."""

    author: str
    client: str
    mailbox: Mailbox = field(default_factory=Mailbox)


@dataclass(eq=False)
class Room:
    """Everything of one open document. `live` is all news so far, merged, for whoever comes later.

    `noted` counts the session's notes that somebody was told.
    """

    session: Session
    visitors: set[Visitor] = field(default_factory=set)
    live: Message = field(default_factory=dict)
    noted: int = 0

    def enter(self, visitor: Visitor) -> None:
        """A page comes: it is given the document, and what nobody has been told of it."""
        visitor.mailbox.post(self.welcome(visitor))
        self.visitors.add(visitor)
        self.tell_notes()

    def tell_notes(self) -> None:
        """Say once, to whoever is here, what had to be done to open the document or happened to its file."""
        notes = self.session.notes[self.noted :]
        if not notes or not self.visitors:
            return
        self.noted += len(notes)
        text = "\n".join(_sentence(note) for note in notes)
        for visitor in self.visitors:
            visitor.mailbox.post({"kind": "told", "level": "info", "text": text, "history": True})

    def tell(self, change: Mapping[str, JsonValue]) -> None:
        """News for everybody here, and for whoever comes."""
        merge(self.live, change)
        self.live.pop("results", None)  # the gallery has them
        for visitor in self.visitors:
            visitor.mailbox.tell(change)

    def edited(self, edit: Edited) -> None:
        """An edit for everybody here, whoever made it: it is confirmed to that one."""
        for visitor in self.visitors:
            self.confirm(edit, visitor)

    def confirm(self, edit: Edited, visitor: Visitor) -> None:
        """Tell a page of an edit."""
        message: Message = {
            "kind": "edited",
            "revision": edit.revision,
            "operation": operation_json(edit.operation),
            "client": edit.client,
            "number": edit.number,
            "label": edit.label,
            "can": self.session.can(visitor.author)._asdict(),
        }
        visitor.mailbox.post(message)

    def welcome(self, visitor: Visitor) -> Message:
        """Everything that a page needs to show the document as it is."""
        return {
            "kind": "welcome",
            "snapshot": self.session.snapshot(),
            "acknowledged": self.session.last_number(visitor.client),
            "can": self.session.can(visitor.author)._asdict(),
            "live": self.live,
        }


def _sentence(note: str) -> str:
    words = " ".join(note.split()).rstrip(".")
    return f"{words[:1].upper()}{words[1:]}."
