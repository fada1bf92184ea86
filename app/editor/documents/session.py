"""An open document: edited, undone and redone by several people, kept before anything is acknowledged.

A session is used from one thread at a time.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

from pydantic import JsonValue

from app.editor.documents.describing import describe
from app.editor.documents.differences import differences
from app.editor.documents.document_file import DocumentFile
from app.editor.documents.dragging import PREFIX, Gesture, target_of
from app.editor.documents.grouping import grouped
from app.editor.documents.keeping import Beginning, Keeper
from app.editor.documents.locking import Lock
from app.editor.documents.records import Can, Edited, Kind, Row, Saved, Snapshot, Step, Version
from app.editor.documents.replaying import LAID_OUT, Head, replay
from app.editor.documents.stacks import Stacks
from app.editor.documents.words import plain
from graphs.document.model import Document
from graphs.document.operations import OPERATIONS, Applied, Operation, apply
from graphs.document.reading import LARGEST_TEXT, loads
from graphs.document.writing import dumps
from graphs.errors import InputError

T = TypeVar("T")

EVERY = 200
"""Edits between two snapshots of the document: as many are replayed at the most when it is opened."""

LARGEST_NUMBER = 2**53 - 1

DISK = "another program"
"""The author of what was written into the file by something else."""


UPGRADER = "Noiseloom"
"""The author of what brings an old document up to date."""

OLD = "as it was before it was brought up to date"
"""The name of the version before that."""


class _By(NamedTuple):
    """Whose edit it is, and which of that client's."""

    author: str
    client: str = ""
    number: int = 0


class Session:
    """An open document. `id` stays over restarts, `place` is its file, `shown` that place as a person reads it.

    `notes` says what had to be done to open it, and what happened to its file since.
    """

    def __init__(
        self,
        id_: str,
        file: DocumentFile,
        keeper: Keeper,
        lock: Lock,
        head: Head,
        clock: Callable[[], float],
        told: Callable[[Session], None] = lambda _session: None,
    ) -> None:
        self.id, self.shown, self._told = id_, str(file.place), told
        self.revision, self.document, self._stacks = head.revision, head.document, head.stacks
        self.replayed = head.replayed
        self.notes = keeper.notes
        self._file, self._keeper, self._lock, self._clock = file, keeper, lock, clock
        self._gestures: dict[str, Gesture] = {}
        keeper.anew = self._anew
        self._since, self._size, self._open = head.replayed, head.size, True

    @property
    def place(self) -> Path:
        """The file."""
        return self._file.place

    @property
    def name(self) -> str:
        """What the document is called: its title, or else its file."""
        return self.document.name or self.place.stem

    @property
    def is_open(self) -> bool:
        """Whether it can be edited."""
        return self._open

    @property
    def saved(self) -> bool:
        """Whether the file holds the newest revision."""
        return self._file.holds is not None and self._file.holds.revision == self.revision

    def snapshot(self) -> dict[str, JsonValue]:
        """The document as a browser begins with it."""
        return {
            "id": self.id,
            "name": self.name,
            "path": plain(self.shown),
            "revision": self.revision,
            "document": json.loads(dumps(self.document)),
        }

    def edit(self, operation: Operation, *, author: str, client: str, number: int, label: str = "") -> Edited:
        """Take an edit: it is kept when this returns. `InputError` where it cannot be applied or kept.

        What a client sent under a number already is answered as it was then.
        """
        if not 0 <= number <= LARGEST_NUMBER:
            raise InputError("this is no number of an edit", given=str(number), allowed=f"0 to {LARGEST_NUMBER}")
        by = _By(plain(author), plain(client), number)
        if not by.author:
            raise InputError("an edit needs an author")
        known = self._kept(lambda: self._keeper.journal.sent(by.client, number))
        if known is not None:
            return _edited(known, OPERATIONS.validate_json(known.operation))
        applied = apply(self.document, operation)
        gesture = self._gesture(by.author, operation, label)
        before = gesture.before if gesture else self.document
        shown = plain(label) if label and not label.startswith(PREFIX) else describe(operation, before)
        step = gesture.step if gesture else self.revision + 1
        edited = self._commit(by, operation, applied, "edit", step, shown)
        if gesture is not None:
            self._gestures[by.author] = gesture
        return edited

    def _gesture(self, author: str, operation: Operation, label: str) -> Gesture | None:
        """The gesture that an edit goes on with or begins; None where it is none."""
        before, now = self._gestures.pop(author, None), self._clock()
        target = target_of(operation) if label.startswith(PREFIX) else None
        if target is None:
            return None
        if before is not None and before.goes_on(label, target, now):
            return before._replace(at=now)
        return Gesture(label, target, now, self.revision + 1, self.document)

    def undo(self, author: str) -> Edited | None:
        """Take back the author's newest step that is not taken back, as an edit of its own; None where there is none.

        `InputError` where that cannot be done any more; the next undo then goes on with the step before.
        """
        author = plain(author)
        steps = self._stacks.of(author).done
        return self._turn(author, steps[-1], "undo") if steps else None

    def redo(self, author: str) -> Edited | None:
        """Do again what the author took back last, as long as there was no new edit; else as `undo`."""
        author = plain(author)
        steps = self._stacks.of(author).undone
        return self._turn(author, steps[-1], "redo") if steps else None

    def _turn(self, author: str, step: Step, kind: Kind) -> Edited:
        label = self._label(step)
        try:
            row = self._kept(lambda: self._keeper.journal.row(step.row))
            if row is None:
                raise InputError("its history is not kept any more")  # noqa: TRY301 - as any other reason
            operation = OPERATIONS.validate_json(row.inverse)
            applied = apply(self.document, operation)
        except InputError as error:
            self._kept(lambda: self._keeper.journal.skip(step.row))
            self._stacks.drop({step.row})
            message = f"'{label}' cannot be {'undone' if kind == 'undo' else 'done again'} any more: {error.message}"
            mend = f"it is left out; {kind} again for the next one"
            raise InputError(message, where=error.where, given=error.given, mend=mend) from error
        self._gestures.pop(author, None)
        return self._commit(_By(author), operation, applied, kind, step.row, f"{kind}: {label}")

    def can(self, author: str) -> Can:
        """What the author's next undo and redo would do, in words; None where there is nothing."""
        stack = self._stacks.of(plain(author))
        undo, redo = (self._label(steps[-1]) if steps else None for steps in (stack.done, stack.undone))
        return Can(undo, redo)

    def _label(self, step: Step) -> str:
        return self._kept(lambda: self._keeper.journal.label(step.label)) or "an edit"

    def last_number(self, client: str) -> int:
        """The highest number that was taken from a client."""
        return self._kept(lambda: self._keeper.journal.last_number(plain(client)))

    def versions(self) -> list[Version]:
        """The history as a person thinks of it, the newest first."""
        journal = self._keeper.journal
        return self._kept(lambda: grouped(journal.headings(), journal.snapshots()))

    def at(self, revision: int) -> Document:
        """The document of a revision; `InputError` where that is not kept."""
        if revision == self.revision:
            return self.document
        return self._head(revision).document

    def text(self, revision: int) -> str:
        """The text of a revision, as the file held it where that is kept; `InputError` as `at`."""
        document = self.at(revision)
        kept = self._kept(lambda: self._keeper.journal.snapshot(revision))
        return kept.text if kept is not None and kept.revision == revision else dumps(document)

    def _head(self, revision: int) -> Head:
        known = 0 <= revision <= self.revision
        head = self._kept(lambda: replay(self._keeper.journal, revision)) if known else None
        if head is None:
            raise InputError("there is no such version", given=str(revision), allowed="one of the listed versions")
        return head

    def restore(self, revision: int, author: str) -> Edited:
        """Make the document what it was at a revision, as one edit that can be undone."""
        wanted = self.at(revision)
        self._gestures.pop(plain(author), None)
        operation = differences(self.document, wanted)
        label = f"restored version {revision}"
        return self._exchange(_By(plain(author)), operation, apply(self.document, operation), wanted, label)

    def name_version(self, revision: int, label: str) -> None:
        """Give a version a name, by which it is never let go; an empty one takes the name away."""
        head = self._head(revision)
        row = self._kept(lambda: self._keeper.journal.row(revision))
        kept = Snapshot(
            revision, dumps(head.document), head.stacks.dumps(), plain(label), row.at if row else self._clock()
        )
        self._kept(lambda: self._keeper.journal.keep(kept))

    def look(self, *, sure: bool = False) -> Edited | None:
        """Take in what another program wrote into the file, as an edit; None where there is nothing new.

        With unsaved edits here, what changed there is done to them, or where that cannot be, the file's content stands:
        either is in the history.
        """
        content = self._file.changed(sure=sure)
        if content is None:
            return None
        try:
            theirs = loads(content.body)
        except InputError as error:
            self._file.give_up(content)
            self.notes.append(f"the file on disk cannot be read ({error}); the graph is as its history has it")
            return None
        edited = None
        if dumps(theirs) != dumps(self.document):
            edited = self._take_in(theirs)
            self.notes.append("another program changed the file; what it wrote was taken in")
        if dumps(self.document) == dumps(theirs):
            self._note_saved(self._file.take(content.digest, self.revision))
        return edited

    def bring_up_to_date(self, wanted: Document, text: str | None) -> Edited:
        """Make the document what it is in today's terms, as an edit of nobody's that no undo takes back.

        `text` is what the file holds of it until now: it stays in the history, under a name, and is never let go.
        """
        if text is not None:
            name = next((name for at, name, _ in self._kept(self._keeper.journal.snapshots) if at == self.revision), "")
            before = Snapshot(self.revision, text, self._stacks.dumps(), name or OLD, self._clock())
            self._kept(lambda: self._keeper.journal.keep(before))
        operation = differences(self.document, wanted)
        applied = apply(self.document, operation)._replace(document=wanted)
        step = self.revision + 1
        return self._commit(_By(UPGRADER), operation, applied, "edit", step, "brought up to date", whole=True)

    def _take_in(self, theirs: Document) -> Edited:
        by, label = _By(DISK), "changed on disk"
        base = self._base()
        if base is not None:
            try:
                merging = differences(base, theirs)
                if dumps(apply(base, merging).document) == dumps(theirs):
                    return self._exchange(by, merging, apply(self.document, merging), None, label)
            except InputError:
                pass
        operation = differences(self.document, theirs)
        return self._exchange(by, operation, apply(self.document, operation), theirs, label)

    def _base(self) -> Document | None:
        """What the file held before another program wrote it, where there are edits since; None where that is lost."""
        revision = self._file.known[-1].revision if self._file.known else self.revision
        try:
            return self.at(revision) if revision != self.revision else None
        except InputError:
            return None

    def save(self) -> Edited | None:
        """Write the document into its file. Before that, what another program wrote there is taken in and given back.

        `InputError` where the file cannot be written; the edits are kept all the same.
        """
        self._require_open()
        edited = self.look(sure=True)
        if not self.saved:
            aside = self._file.write(dumps(self.document).encode(), self.revision, self._note_saved)
            if aside is not None:
                self.notes.append(f"what the file held is kept in {aside}")
            self._told(self)
        return edited

    def move_to(self, place: Path) -> None:
        """Give the file another name, never that of one that is there."""
        self._kept(lambda: self._keeper.journal.note("place", str(place)))
        self._file.move(place)

    def close(self) -> None:
        """Save and let the document go."""
        if not self._open:
            return
        try:
            self.save()
        finally:
            self._open = False
            self._keeper.close()
            self._lock.release()

    def _exchange(self, by: _By, operation: Operation, applied: Applied, wanted: Document | None, label: str) -> Edited:
        """An edit that makes the document another one: where no operation says all of it, a snapshot does."""
        exact = wanted is None or dumps(applied.document) == dumps(wanted)
        if wanted is not None:
            applied = applied._replace(document=wanted)
        return self._commit(by, operation, applied, "edit", self.revision + 1, label, whole=not exact)

    def _commit(
        self,
        by: _By,
        operation: Operation,
        applied: Applied,
        kind: Kind,
        step: int,
        label: str,
        *,
        whole: bool = False,
    ) -> Edited:
        """Keep an edit, then let it be seen."""
        self._require_open()
        revision, now = self.revision + 1, self._clock()
        done, back = (OPERATIONS.dump_json(each).decode() for each in (operation, applied.inverse))
        self._require_room(applied.document, len(done))
        row = Row(revision, *by, label, kind, step, done, back, now)
        due = whole or self._since + 1 >= EVERY
        steps = self._stacks.after(row).dumps() if due else ""
        snapshot = Snapshot(revision, dumps(applied.document), steps, "", now) if due else None
        self._kept(lambda: self._keeper.journal.append(row, snapshot))
        self.revision, self.document, self._stacks = revision, applied.document, self._stacks.after(row)
        self._since = 0 if due else self._since + 1
        if due:
            self._thin()
        return _edited(row, operation)

    def _require_room(self, document: Document, more: int) -> None:
        """Refuse an edit that makes the document larger than can be read again; measured where it may be."""
        size = self._size + LAID_OUT * more
        if size > LARGEST_TEXT:
            size = len(dumps(document).encode())
            if size > LARGEST_TEXT:
                raise InputError("the graph would be too large", given=f"{size} bytes", allowed=f"{LARGEST_TEXT} bytes")
        self._size = size

    def _thin(self) -> None:
        oldest = self._keeper.thin()
        if oldest is not None:
            self._stacks.forget_before(oldest)

    def _anew(self) -> Beginning:
        """What a history that was damaged begins with: nothing that was done before can be undone."""
        self._stacks = Stacks()
        snapshot = Snapshot(self.revision, dumps(self.document), self._stacks.dumps(), "", self._clock())
        return Beginning(snapshot, {"id": self.id, "place": str(self.place)}, self._file.known)

    def _note_saved(self, saved: list[Saved]) -> None:
        self._kept(lambda: self._keeper.journal.note_saved(saved))

    def _kept(self, act: Callable[[], T]) -> T:
        self._require_open()
        return self._keeper.kept(act)

    def _require_open(self) -> None:
        if not self._open:
            raise InputError("the graph is closed", where=self.shown, mend="open it again")


def _edited(row: Row, operation: Operation) -> Edited:
    return Edited(row.revision, operation, row.author, row.client, row.number, row.label)
