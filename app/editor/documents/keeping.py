"""The journal of an open document: what goes wrong with it becomes words, and a damaged one is begun anew."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, TypeVar

from app.editor.documents.journal import DamagedJournalError, Journal, NewerJournalError
from app.editor.documents.records import Saved, Snapshot
from app.editor.documents.replaying import Head, replay
from graphs.errors import InputError
from graphs.store.damage import Troubles, is_damage, set_aside

T = TypeVar("T")
NAME = "journal.sqlite"
MEND = "make room on the disk, see that its folder can be written, and try again"


class Beginning(NamedTuple):
    """What a history begins with: the document, its id and place, and what its file may hold."""

    snapshot: Snapshot
    facts: Mapping[str, str]
    saved: Sequence[Saved]


class Keeper:
    """The journal in a folder. `notes` says what had to be done to read it.

    `anew` gives what the history begins with where it is damaged while it is open.
    """

    def __init__(self, folder: Path) -> None:
        self.path, self.notes = folder / NAME, list[str]()
        self.anew: Callable[[], Beginning] | None = None
        try:
            self.journal, self.head, self.saved = self._opened()
        except NewerJournalError as error:
            message, mend = "the graph's history was written by a newer Noiseloom", "install a newer Noiseloom"
            raise InputError(message, where=str(self.path), given=str(error), mend=mend) from error
        except Troubles as error:
            message = "the graph's history cannot be kept"
            raise InputError(message, where=str(self.path), given=str(error), mend=MEND) from error

    def _opened(self) -> tuple[Journal, Head | None, list[Saved]]:
        journal = None
        try:
            journal = Journal(self.path)
            return journal, replay(journal), journal.saved()
        except (DamagedJournalError, sqlite3.Error, UnicodeDecodeError) as error:
            if journal is not None:
                journal.close()
            if not isinstance(error, DamagedJournalError) and not is_damage(error):
                raise
        self._set_aside()
        return Journal(self.path), None, []

    def _set_aside(self) -> None:
        set_aside(self.path)
        aside = self.path.with_suffix(".damaged")
        self.notes.append(f"the graph's history was damaged and begun anew; the damaged one is {aside}")

    def begin(self, beginning: Beginning) -> None:
        """Begin the history."""
        self.journal.note_saved(beginning.saved)
        for key, value in beginning.facts.items():
            self.journal.note(key, value)
        self.journal.keep(beginning.snapshot)

    def kept(self, act: Callable[[], T]) -> T:
        """What it gives to read or write the journal; `InputError` where that cannot be done.

        Where the journal turns out to be damaged it is begun anew, and then it is done.
        """
        try:
            try:
                return act()
            except Troubles as error:
                if not is_damage(error) or self.anew is None:
                    raise
                self._begin_anew(self.anew())
                return act()
        except DamagedJournalError as error:
            raise InputError("this part of the graph's history is damaged", given=str(error)) from error
        except Troubles as error:
            message = "the graph's history cannot be kept, so nothing was changed"
            raise InputError(message, where=str(self.path), given=str(error), mend=MEND) from error

    def _begin_anew(self, beginning: Beginning) -> None:
        self.journal.close()
        self._set_aside()
        self.journal = Journal(self.path)
        self.begin(beginning)

    def thin(self) -> int | None:
        """Let the oldest go where there is too much; the oldest edit that is kept. It can wait where it fails."""
        with suppress(*Troubles):
            self.journal.thin()
            return self.journal.oldest()
        return None

    def close(self) -> None:
        """Let the journal go."""
        self.journal.close()
