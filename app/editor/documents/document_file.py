"""The file of an open document: what it is known to hold, whether another program wrote it, and writing it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.editor.documents.records import Saved
from app.editor.documents.saving import Content, Mark, keep_aside, mark_of, move, read, replace
from graphs.errors import InputError
from graphs.manifest import digest_of


class DocumentFile:
    """The file at a place. `known` are the texts that it may hold where no other program wrote it."""

    def __init__(self, place: Path, known: list[Saved]) -> None:
        self.place, self.known = place, known
        self.holds: Saved | None = None
        self._damaged: Content | None = None
        self._mark: Mark | None = None

    def changed(self, *, sure: bool) -> Content | None:
        """What another program wrote; None where the file is as it is known to be, damaged as before, or gone.

        With `sure` it is read even if its time and size say that it did not change.
        """
        mark = mark_of(self.place)
        if mark is None:
            self.holds, self._damaged, self._mark = None, None, None
            return None
        if mark == self._mark and not sure:
            return None
        content = read(self.place)
        self._mark = mark
        if content is None or (self._damaged is not None and content.digest == self._damaged.digest):
            return None
        self._damaged = None
        self.holds = next((saved for saved in reversed(self.known) if saved.digest == content.digest), None)
        return content if self.holds is None else None

    def take(self, digest: str, revision: int) -> list[Saved]:
        """Note that the file holds that revision; what is known of it then."""
        self.holds = Saved(digest, revision)
        self.known = [self.holds]
        return self.known

    def give_up(self, content: Content) -> None:
        """Note that the file holds no graph: it is kept beside before it is written over."""
        self._damaged = content

    def move(self, to: Path) -> None:
        """Give the file another name; `InputError` where that is taken or cannot be."""
        try:
            to.parent.mkdir(parents=True, exist_ok=True)
            moved = move(self.place, to)
        except OSError as error:
            given = error.strerror or str(error)
            raise InputError("the file cannot be renamed", where=str(self.place), given=given) from error
        if not moved:
            raise InputError("there is a graph of that name already", where=to.name, mend="choose another name")
        self.place = to

    def write(self, body: bytes, revision: int, note: Callable[[list[Saved]], None]) -> Path | None:
        """Put a revision into the file; where what it held was no graph, the place where that is kept.

        `note` is told before what the file may hold from now on: a process may be killed at any moment.
        """
        aside = None
        if self._damaged is not None:
            aside, self._damaged = keep_aside(self.place, self._damaged.body), None
        new = Saved(digest_of(body), revision)
        self.known = [*([self.holds] if self.holds else self.known[-1:]), new]
        note(self.known)
        replace(self.place, body)
        self.holds, self._mark = new, mark_of(self.place)
        return aside
